/**
 * Means over the answers to held-out prompts.
 *
 * @module
 */
import type { RolloutAnswer, RolloutPredictions } from "../nn/rollout_predictions.ts";
import { additiveMetric, type AdditiveMetricOptions } from "./additive_metric.ts";
import type { Metric } from "./metric.ts";

/** What such a metric is made of. */
export type AnswerMeanOptions =
  & Omit<AdditiveMetricOptions<RolloutPredictions>, "kinds" | "additive">
  & {
    /** The number of an answer; NaN where it has none and does not count. */
    readonly valueOf: (answer: RolloutAnswer) => number;
  };

/**
 * A metric that is the mean of a number over all answers that have one; NaN where none has. Intervals draw
 * prompts, with all their answers.
 */
export function answerMean(
  { valueOf, ...definition }: AnswerMeanOptions,
): Metric<number, RolloutPredictions> {
  return additiveMetric<RolloutPredictions>({
    ...definition,
    kinds: ["rollout"],
    additive: {
      statistics: ({ answers }) => ({
        size: 2,
        values: Float64Array.from(
          answers.flatMap((own) => {
            const known = own.map(valueOf).filter((value) => !Number.isNaN(value));
            return [known.reduce((sum, value) => sum + value, 0), known.length];
          }),
        ),
      }),
      scoreOf: ([sum, count]) => sum / count,
    },
  });
}
