/**
 * What a person should know of a finished run before they believe its scores.
 *
 * @module
 */
import { metricOf } from "../../metrics/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Baseline } from "../../nn/task.ts";
import type { TrainResult } from "../../train/train.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { formatNumber } from "../display/format_number.ts";
import { fewStepsNote } from "./few_steps.ts";

/** The metric of what always saying the most frequent label scores, by the kind of predictions. */
const baselineMetrics: Readonly<Record<string, string>> = {
  mask: "pixelAccuracy",
  single: "accuracy",
  tags: "tokenAccuracy",
};

/** What the notes are made from. */
export interface RunFacts {
  readonly settings: Pick<TrainSettings, "batchSize" | "accumulate" | "epochs" | "keepBest">;
  readonly trained: Pick<TrainResult, "totalSteps" | "validations" | "keptStep" | "lossScale">;
  /** The metric of the validations. */
  readonly judge: string;
  /** False for a method that goes on from a trained adapter. */
  readonly startsAnew: boolean;
  readonly predictions: AnyPredictions;
  readonly baseline?: Baseline | undefined;
}

/** Sentences without a full stop, each with what to do. */
export function runNotes(facts: RunFacts): string[] {
  const { totalSteps } = facts.trained;
  return [
    fewStepsNote({ ...facts, totalSteps }),
    lossScaleNote(facts),
    validationNote(facts),
    baselineNote(facts),
  ]
    .filter((note) => note !== undefined);
}

function lossScaleNote({ trained: { lossScale, totalSteps } }: RunFacts): string | undefined {
  if (!lossScale || lossScale.skipped.length === 0) return undefined;
  const { scale, skipped } = lossScale;
  return `gradients were too large for float16 in ${skipped.length} of ${totalSteps} steps, which moved ` +
    `nothing while the loss scale fell to ${
      scale.toLocaleString("en")
    }; where they are many, train ` +
    "with precision float32";
}

/** Says of validations that had no score, which choose no checkpoint. */
export function validationNote(
  { trained: { validations, keptStep }, settings: { keepBest }, judge }: Pick<
    RunFacts,
    "trained" | "settings" | "judge"
  >,
): string | undefined {
  const without = validations.filter(({ score }) => !Number.isFinite(score)).length;
  if (without === 0) return undefined;
  const remedy = "give more validation rows, or put another metric first in evaluate";
  if (without < validations.length) {
    return `${judge} was undefined in ${without} of ${validations.length} validations; ${remedy}`;
  }
  const kept = keepBest ? `, so that keepBest kept the last step, ${keptStep}` : "";
  return `${judge} was undefined on the validation rows every time${kept}; ${remedy}`;
}

function baselineNote({ predictions, baseline }: RunFacts): string | undefined {
  const name = baselineMetrics[predictions.kind];
  if (!baseline || name === undefined) return undefined;
  const accuracy = metricOf(name).compute(predictions) as number;
  if (!(accuracy <= baseline.accuracy)) return undefined;
  const against = accuracy < baseline.accuracy ? "below" : "no better than";
  return `${against} the baseline: accuracy ${formatNumber(accuracy)}, where always saying ` +
    `${JSON.stringify(baseline.label)} has ${formatNumber(baseline.accuracy)}`;
}
