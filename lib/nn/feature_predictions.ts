/**
 * What generated images are like beside real ones, as vectors of features: by these two sets it is told
 * how near a generator comes to its data.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { list, required, type Rules, text } from "../core/option_rules.ts";
import type { AnyPredictions } from "./predictions.ts";

/** Two sets of vectors that one model gave. */
export interface FeaturePredictions extends AnyPredictions {
  readonly kind: "features";
  /** The model and the layer that the features are of: distances of different features are not alike. */
  readonly features: string;
  /** A vector of each generated image, [rows][size]. */
  readonly generated: readonly Float64Array[];
  /** A vector of each real image, [real rows][size]. */
  readonly real: readonly Float64Array[];
}

/** Two sets of vectors. */
export interface FeaturePredictionsInput {
  /** The model and the layer that the features are of. */
  readonly features: string;
  /** A vector of each generated image; at least two. */
  readonly generated: readonly ArrayLike<number>[];
  /** A vector of each real image; at least two. */
  readonly real: readonly ArrayLike<number>[];
}

const rules: Rules<FeaturePredictionsInput> = {
  features: required(text),
  generated: required(list),
  real: required(list),
};

/**
 * The features of generated and of real images, for `fid` and `kid`.
 *
 * @throws {TunebookError} of kind `data` for fewer than two vectors on a side, and for vectors that are
 * not finite or of different sizes, with all rows.
 *
 * @example
 * ```ts
 * import { featurePredictions, fid } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = featurePredictions({
 *   features: "two numbers",
 *   generated: [[0, 0], [2, 0]],
 *   real: [[3, 0], [5, 0]], // the same, three to the right
 * });
 * assert.ok(Math.abs(fid.compute(predictions) - 9) < 1e-9);
 * ```
 */
export function featurePredictions(given: FeaturePredictionsInput): FeaturePredictions {
  checkOptions("featurePredictions", given, rules);
  const { features, generated, real } = given;
  const few = Math.min(generated.length, real.length);
  if (few < 2) {
    throw new TunebookError(
      "data",
      `there are ${generated.length} generated and ${real.length} real vectors; give at least two of each`,
    );
  }
  const size = generated[0]?.length;
  const wrong = Object.entries({ generated, real }).flatMap(([side, vectors]) =>
    vectors.flatMap((vector, row) => {
      if (vector?.length !== size || size === 0) {
        return [`${side} vector ${row + 1} has ${vector?.length} numbers, the first one ${size}`];
      }
      const at = Array.from(vector).findIndex((value) => !Number.isFinite(value));
      return at < 0 ? [] : [`${side} vector ${row + 1} has ${vector[at]}`];
    })
  );
  if (wrong.length > 0) throw mistakes("data", "some features cannot be compared:", wrong);
  return {
    kind: "features",
    rows: generated.length,
    features,
    generated: generated.map((vector) => Float64Array.from(vector)),
    real: real.map((vector) => Float64Array.from(vector)),
  };
}
