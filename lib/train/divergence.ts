/**
 * What happens when a run's numbers are no longer finite.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Device } from "../engine/mod.ts";
import type { TrainSettings } from "./train_options.ts";

/** Tensors by path. */
export type Tensors = ReadonlyMap<string, Float32Array>;

/** The last finite parameters of a run that diverged: the `cause` of its error. */
export interface LastGood {
  /** After this step; 0 for the initial ones. */
  readonly step: number;
  readonly parameters: Tensors;
}

/** True where every number is finite. */
export function areFinite(tensors: Tensors): boolean {
  return [...tensors.values()].every((values) => values.every(Number.isFinite));
}

/**
 * The error of a run that diverged.
 *
 * @param step the step that could not be taken, from 1
 * @param what the finding, such as "the loss is NaN"
 */
export function divergence(
  step: number,
  what: string,
  { learningRate, precision }: Pick<TrainSettings, "learningRate"> & Pick<Device, "precision">,
  good: LastGood,
): TunebookError {
  const place = good.step === 0 ? "the initial parameters" : `the parameters of step ${good.step}`;
  return new TunebookError(
    "diverged",
    `step ${step}: ${what}. Lower learningRate (${learningRate}) or maxGradientNorm, or look for ` +
      "extreme targets" +
      (precision === "float16" ? ', or use precision "float32", which has a wider range' : "") +
      `. The error's cause holds ${place}.`,
    { cause: good },
  );
}
