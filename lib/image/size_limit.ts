/**
 * The size of images before they are decoded, and the limit of it.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

/** How large an image may be, and what it is called. */
export interface SizeLimit {
  /** What the image is called in errors. */
  readonly where: string;
  /** The most pixels. */
  readonly maxPixels: number;
}

/** Throws a `TunebookError` of kind "data" for an image of more pixels than it may have. */
export function checkSize(width: number, height: number, { where, maxPixels }: SizeLimit): void {
  if (width * height <= maxPixels) return;
  throw new TunebookError(
    "data",
    `${where} has ${width} × ${height} pixels, more than ${maxPixels.toLocaleString("en")}; ` +
      "scale it down, or raise maxPixels if it is meant",
  );
}
