/**
 * How far what a denoiser says of noisy images is from what it should say.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { list, required, type Rule, type Rules } from "../core/option_rules.ts";
import type { AnyPredictions } from "./predictions.ts";
import { selectable } from "./select_rows.ts";

/** What a denoiser said of noisy images. All lists are in row order. */
export interface DenoisingPredictions extends AnyPredictions {
  readonly kind: "denoising";
  /** The mean squared error over the pixels of each image, [rows]. */
  readonly errors: Float64Array;
  /** How much noise each image had: the step of the training's schedule, from 0, [rows]. */
  readonly steps: readonly number[];
}

/** Errors of noisy images. */
export type DenoisingPredictionsInput = Pick<DenoisingPredictions, "errors" | "steps">;

const numbers: Rule = [
  "a Float64Array with a number for each row",
  (value) => value instanceof Float64Array,
];
const rules: Rules<DenoisingPredictionsInput> = {
  errors: required(numbers),
  steps: required(list),
};

/**
 * The predictions of a denoiser, for `denoisingError`.
 *
 * @throws {TunebookError} of kind `input` for lists that do not fit
 *
 * @example
 * ```ts
 * import { denoisingPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { rows } = denoisingPredictions({ errors: Float64Array.of(0.2, 0.4), steps: [10, 900] });
 * assert.equal(rows, 2);
 * ```
 */
export function denoisingPredictions(given: DenoisingPredictionsInput): DenoisingPredictions {
  checkOptions("denoisingPredictions", given, rules);
  const { errors, steps } = given;
  if (errors.length !== steps.length) {
    throw new TunebookError(
      "input",
      `there are ${errors.length} errors and ${steps.length} steps; give as many of each`,
    );
  }
  return selectable<DenoisingPredictions>(
    { kind: "denoising", rows: steps.length, errors, steps },
    ["errors", "steps"],
  );
}
