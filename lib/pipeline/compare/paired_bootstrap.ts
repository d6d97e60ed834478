/**
 * The paired bootstrap: whether two runs differ on other rows of the same kind.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { drawnScore } from "./drawn_score.ts";
import {
  type PairedTest,
  type PairedTestFigures,
  type PairedTestOptions,
  pairedTestOptions,
  pairedTestText,
  pValueOf,
  requireSameRows,
} from "./paired_test.ts";
import { percentiles, resampledRows } from "./score_interval.ts";

/** The result of a paired bootstrap. */
export interface PairedBootstrap extends PairedTest {
  /** Between which differences 95 % of the draws lie. */
  readonly interval: { readonly low: number; readonly high: number };
}

const usualSamples = 1000;

/**
 * Draws the same rows of both runs, with replacement, and scores them (Koehn, 2004): the interval of the
 * difference, and a two-sided p-value as sacreBLEU's `--paired-bs` computes it. Works for every metric
 * whose rows can be drawn. A metric with `prepare`, such as an asynchronous judge, must have been
 * prepared for both.
 *
 * @throws {TunebookError} of kind `data` where the runs have other rows, and of kind `unsupported` for
 * scores that need all rows.
 *
 * @example
 * ```ts
 * import { chrf, pairedBootstrap, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const references = ["the cat sat on the mat", "it rains", "we saw a tower", "good night"];
 * const before = textPredictions({ predicted: ["a dog", "sun", "they", "good day"], references });
 * const after = textPredictions({ predicted: references, references });
 * const test = pairedBootstrap(before, after, chrf, { seed: 1 });
 * assert.ok(test.difference > 50 && test.interval.low > 0 && test.pValue < 0.05);
 * ```
 */
export function pairedBootstrap<Predicted extends AnyPredictions>(
  a: Predicted,
  b: Predicted,
  metric: Metric<number, Predicted>,
  options: PairedTestOptions = {},
): PairedBootstrap {
  const { seed, samples } = pairedTestOptions("pairedBootstrap", options, usualSamples);
  requireSameRows("pairedBootstrap", a, b);
  const random = Random.fromSeed(seed, "paired bootstrap");
  const drawn = Array.from({ length: samples }, () => resampledRows(random, a.rows));
  const { differences, ...test } = bootstrapOf(a, b, metric, drawn);
  const found = { ...test, samples, seed, interval: percentiles(differences) };
  return Object.freeze({
    ...found,
    toString: () => pairedTestText(metric, found, "draws of the paired bootstrap"),
  });
}

/** The test with rows that were drawn before. */
export function bootstrapOf<Predicted extends AnyPredictions>(
  a: Predicted,
  b: Predicted,
  metric: Metric<number, Predicted>,
  drawn: readonly Int32Array[],
): PairedTestFigures & { readonly differences: readonly number[] } {
  const [scoreOfA, scoreOfB] = [drawnScore(metric, a), drawnScore(metric, b)];
  if (!scoreOfA || !scoreOfB) {
    throw new TunebookError(
      "unsupported",
      `${metric.name} cannot be computed on drawn rows, which the paired bootstrap needs`,
    );
  }
  const differences = drawn.map((rows) => scoreOfB(rows) - scoreOfA(rows))
    // Rows that happen to lack a class leave some metrics undefined.
    .filter(Number.isFinite);
  const [scoreA, scoreB] = [metric.compute(a), metric.compute(b)];
  const sizes = differences.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return {
    metric: metric.name,
    a: scoreA,
    b: scoreB,
    difference: scoreB - scoreA,
    pValue: pValueOf(sizes.map((size) => size - mean), Math.abs(scoreB - scoreA)),
    differences,
  };
}
