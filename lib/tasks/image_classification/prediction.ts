/**
 * What a model says about an image, for people.
 *
 * @module
 */
import type { SaidLabel } from "../shared/labelled_rows.ts";

/** One image's prediction. */
export interface ImagePrediction extends SaidLabel {
  /** The path or the address, or how many bytes were given. */
  readonly image: string;
}
