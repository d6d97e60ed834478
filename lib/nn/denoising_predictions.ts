/**
 * How far what a denoiser says of noisy images is from what it should say.
 *
 * @module
 */
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

/** The predictions with rows that can be drawn. */
export function denoisingPredictions(
  { errors, steps }: Pick<DenoisingPredictions, "errors" | "steps">,
): DenoisingPredictions {
  return selectable<DenoisingPredictions>(
    { kind: "denoising", rows: steps.length, errors, steps },
    ["errors", "steps"],
  );
}
