/**
 * Which models make the best ensemble.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { record, required, type Rules, whole } from "../../core/option_rules.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { averagePredictions } from "./average_predictions.ts";
import { checkSameRows, type CombinedPredictions } from "./same_rows.ts";

/** What is chosen by, and how long. */
export interface GreedyEnsembleOptions<Kind extends CombinedPredictions["kind"]> {
  /** The score that is to be best. */
  readonly metric: Metric<number, Predictions<Kind>>;
  /** How many models are added, the same ones as often as they help: 25 unless given. */
  readonly size?: number;
}

const rules: Rules<GreedyEnsembleOptions<"single">> = { metric: required(record), size: whole };
const usualSize = 25;

/** A chosen ensemble. */
export interface GreedyEnsemble {
  /** The share of each model; 0 for those that do not help. */
  readonly weights: readonly number[];
  /** The score on the rows by which it was chosen, which flatters it. */
  readonly score: number;
  /** The score of the best single model on these rows. */
  readonly best: number;
  /** The models in the order in which they were added. */
  readonly order: readonly number[];
}

/**
 * Adds again and again the model that helps the mean of all most, the same ones as often as they do, and keeps
 * the best of these ensembles (Caruana et al. 2004, "Ensemble selection from libraries of models"). Give what the models say about validation rows; `averagePredictions(tests, { weights })` is then
 * what the ensemble says about others.
 *
 * @param all what each model said about the same rows
 * @throws {TunebookError} of kind `input` for predictions of other rows or labels, and options that make no
 *   sense.
 *
 * @example
 * ```ts
 * import { accuracy, greedyEnsemble, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (...logits: number[]) =>
 *   predictionsOf({
 *     kind: "single",
 *     labels: ["bad", "good"],
 *     logits: Float32Array.from(logits), // [2 rows × 2 labels]
 *     truth: [0, 1],
 *   });
 * const all = [say(0, 1, 0, 4), say(3, 0, 1, 0), say(0, 5, 5, 0)]; // the last one is always wrong
 * const { weights, score, best } = greedyEnsemble(all, { metric: accuracy, size: 4 });
 * assert.deepEqual([weights, score, best], [[0.5, 0.5, 0], 1, 0.5]);
 * ```
 */
export function greedyEnsemble<Kind extends CombinedPredictions["kind"]>(
  all: readonly Predictions<Kind>[],
  options: GreedyEnsembleOptions<Kind>,
): GreedyEnsemble {
  checkOptions("greedyEnsemble", options, rules);
  checkSameRows("greedyEnsemble", all as readonly CombinedPredictions[]);
  const { metric, size = usualSize } = options;
  if (metric.isTable || typeof metric.compute(all[0]) !== "number") {
    throw new TunebookError("input", `${metric.name} is no single number to choose by`);
  }
  const sign = metric.better === "higher" ? 1 : -1;
  // What is not defined is worse than anything.
  const rankOf = (score: number) => Number.isNaN(score) ? -Infinity : sign * score;
  const scoreOf = (counts: readonly number[]) =>
    metric.compute(averagePredictions(all, { weights: counts }));
  const counts = all.map(() => 0);
  const order: number[] = [];
  let chosen:
    | { readonly counts: number[]; readonly score: number; readonly length: number }
    | undefined;
  for (let round = 0; round < size; round++) {
    const scores = all.map((_, model) =>
      scoreOf(counts.map((count, at) => at === model ? count + 1 : count))
    );
    const next = scores.reduce(
      (best, score, model) => rankOf(score) > rankOf(scores[best]) ? model : best,
      0,
    );
    counts[next]++;
    order.push(next);
    if (!chosen || rankOf(scores[next]) > rankOf(chosen.score)) {
      chosen = { counts: [...counts], score: scores[next], length: order.length };
    }
  }
  const singles = all.map((each) => metric.compute(each));
  return {
    weights: chosen!.counts.map((count) => count / chosen!.length),
    score: chosen!.score,
    best: singles.reduce((best, score) => rankOf(score) > rankOf(best) ? score : best),
    order: order.slice(0, chosen!.length),
  };
}
