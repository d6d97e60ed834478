/**
 * Approximate randomisation: whether it matters which of two runs an answer is from.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { sumOfRows } from "../../metrics/additive_metric.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import {
  type PairedTest,
  type PairedTestFigures,
  type PairedTestOptions,
  pairedTestOptions,
  pairedTestText,
  pValueOf,
  requireSameRows,
} from "./paired_test.ts";

const usualSamples = 10_000;

/**
 * Swaps the answers of the two runs in rows chosen by chance, again and again, and counts how often the
 * scores differ by more than they do (Riezler and Maxwell, 2005): a two-sided p-value as sacreBLEU's
 * `--paired-ar` computes it. For metrics that are made of numbers of each row, such as `accuracy` and all
 * scores of texts but `distinctN`; others have `pairedBootstrap`.
 *
 * @throws {TunebookError} of kind `data` where the runs have other rows, and of kind `unsupported` for
 * metrics that are not made of numbers of each row.
 *
 * @example
 * ```ts
 * import { approximateRandomization, chrf, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const references = ["the cat sat", "it rains", "we saw a tower", "good night", "no", "so be it"];
 * const before = textPredictions({ predicted: ["a", "sun", "they", "day", "yes", "I"], references });
 * const after = textPredictions({ predicted: references, references });
 * const test = approximateRandomization(before, after, chrf, { seed: 1, samples: 2000 });
 * assert.ok(test.difference > 50 && test.pValue < 0.05);
 * ```
 */
export function approximateRandomization<Predicted extends AnyPredictions>(
  a: Predicted,
  b: Predicted,
  metric: Metric<number, Predicted>,
  options: PairedTestOptions = {},
): PairedTest {
  const { seed, samples } = pairedTestOptions("approximateRandomization", options, usualSamples);
  requireSameRows("approximateRandomization", a, b);
  const random = Random.fromSeed(seed, "approximate randomization");
  const swaps = Array.from(
    { length: samples },
    () => Uint8Array.from({ length: a.rows }, () => random.integer(2)),
  );
  const found = { ...randomizationOf(a, b, metric, swaps), samples, seed };
  return Object.freeze({
    ...found,
    toString: () => pairedTestText(metric, found, "draws of approximate randomisation"),
  });
}

/** The test with swaps that were drawn before: 1 for rows that keep their run, as in sacreBLEU. */
export function randomizationOf<Predicted extends AnyPredictions>(
  a: Predicted,
  b: Predicted,
  { name, additive }: Metric<number, Predicted>,
  swaps: readonly ArrayLike<number>[],
): PairedTestFigures {
  if (!additive) {
    throw new TunebookError(
      "unsupported",
      `${name} is not made of numbers of each row, which approximate randomisation needs; ask ` +
        "pairedBootstrap",
    );
  }
  const { statistics, scoreOf } = additive;
  const [ofA, ofB] = [statistics(a), statistics(b)];
  const { size } = ofA;
  const [scoreA, scoreB] = [scoreOf(sumOfRows(ofA)), scoreOf(sumOfRows(ofB))];
  const differences = swaps.map((keeps) => {
    const [one, other] = [new Float64Array(size), new Float64Array(size)];
    for (let row = 0; row < a.rows; row++) {
      const [first, second] = keeps[row] ? [ofA.values, ofB.values] : [ofB.values, ofA.values];
      for (let k = 0, at = row * size; k < size; k++, at++) {
        one[k] += first[at];
        other[k] += second[at];
      }
    }
    return Math.abs(scoreOf(one) - scoreOf(other));
  });
  return {
    metric: name,
    a: scoreA,
    b: scoreB,
    difference: scoreB - scoreA,
    pValue: pValueOf(differences, Math.abs(scoreB - scoreA)),
  };
}
