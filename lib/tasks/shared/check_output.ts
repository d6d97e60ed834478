/**
 * Refuses outputs of a model that diverged.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/**
 * Throws a `TunebookError` of kind "diverged" where an output is not finite.
 *
 * @param place what the error calls the row, `row 7 of reviews.csv`
 */
export function checkOutput(output: Float32Array, place: string): void {
  const wrong = output.find((each) => !Number.isFinite(each));
  if (wrong === undefined) return;
  throw new TunebookError(
    "diverged",
    `the model's output for ${place} has ${wrong}. Train with a lower learning rate, or with clipping.`,
  );
}
