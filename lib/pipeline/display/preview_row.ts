/**
 * A row in the preview of the data.
 *
 * @module
 */
import type { Picture } from "../../image/picture.ts";

/** One row as the model gets it. */
export interface PreviewRow {
  readonly text: string;
  readonly label: string;
  /** The tokens with special tokens, none of images; short rows are padded to the longest of the rows shown. */
  readonly tokens: readonly string[];
  /** 1 for a token, 0 for padding. */
  readonly mask: readonly number[];
  /** The image as the model sees it, and as training may change it. */
  readonly pictures?: readonly Picture[];
  /** Of each token that is no padding its id, and whether it is learned, where the task tells that. */
  readonly learned?: readonly { readonly id: number; readonly learned: boolean }[];
}
