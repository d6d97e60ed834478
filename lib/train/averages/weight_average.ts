/**
 * The average of the parameters that a run keeps beside them, where its settings ask for one. It is what
 * is validated, kept and deployed; the steps go on from the parameters themselves.
 *
 * @module
 */
import { type Device, type State, tf, type Update } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import type { TrainSettings } from "../train_options.ts";
import { emaShare } from "./ema.ts";
import { swaShare } from "./swa.ts";

/** The state's vector with the average. */
export const average = "average";

/** The settings that ask for an average. */
export type AverageSettings = Pick<TrainSettings, "ema" | "swa">;

/** The vector that is validated, kept and deployed. */
export function shownVector({ ema, swa }: AverageSettings): string {
  return ema === undefined && swa === undefined ? parameters : average;
}

/** What the parameters after a step, from 1, count in the average; 1 where there is none. */
export function averageShare(
  { ema, swa }: AverageSettings,
  step: number,
  totalSteps: number,
): number {
  if (ema !== undefined) return emaShare(ema, step);
  return swa === undefined ? 1 : swaShare(swa, step, totalSteps);
}

/** Keeps an average up to date. */
export interface WeightAverage {
  /** Takes in the parameters after step number `step`, from 1. */
  update(step: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Compiles the average of a state's parameters, or gives one that does nothing. */
export async function createWeightAverage(
  device: Device,
  state: State,
  settings: AverageSettings,
  totalSteps: number,
): Promise<WeightAverage> {
  if (shownVector(settings) === parameters) {
    return { update: () => Promise.resolve(), dispose: () => Promise.resolve() };
  }
  const compiled = await device.compileUpdate(blend, state);
  return {
    async update(step) {
      await compiled.run({ share: averageShare(settings, step, totalSteps) });
    },
    dispose: () => compiled.dispose(),
  };
}

/** With a share of 1 the average is the parameters to the last bit. */
const blend: Update = {
  name: "weight average",
  vectors: [average, parameters],
  scalars: ["share"],
  compute: (vectors, { share }) => ({
    [average]: tf.add(
      tf.mul(vectors[average], tf.sub(1, share)),
      tf.mul(vectors[parameters], share),
    ),
  }),
};
