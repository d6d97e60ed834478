/**
 * The masks of a table's column: read beside their images, checked, and brought to a model's size.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Image } from "../../image/image.ts";
import { imageBytes } from "../../image/image_bytes.ts";
import { imageKey } from "../../image/image_source.ts";
import { readMask } from "../../image/masks/read_mask.ts";
import { imageProcessor, type PixelProcessor } from "../../image/processor/image_processor.ts";
import type { LabelMask } from "../../nn/mask_predictions.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { folderOfImages } from "../shared/image_rows.ts";
import { ignoredClass, type MaskClasses, maskOfIds } from "./mask_classes.ts";
import { storedMask } from "./stored_mask.ts";

/** Masks by row. */
export interface MaskRows {
  /** The class of each pixel of the image as its file has it. */
  readonly original: readonly LabelMask[];
  /** The same at the model's size. */
  readonly fitted: readonly LabelMask[];
  /** A text for each row that is the same where the mask's file is. */
  readonly keys: readonly string[];
  /** Brings a mask to the model's size, as its image: by the nearest pixel. */
  readonly fit: (mask: LabelMask) => LabelMask;
  /** Reads the mask of an image; errors of kind "data" begin with the row. */
  read(row: number, image: Image): Promise<void>;
}

/** Where the masks are and what they become. */
export interface MaskRowsOptions {
  readonly column: string;
  readonly pixels: PixelProcessor;
  readonly classes: MaskClasses;
  /** What errors call the table, unless it knows its source. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
}

/** Room for the masks of a table; each is there once `read` has read it. */
export function maskRows(
  table: Table,
  { column, pixels, classes, where, signal }: MaskRowsOptions,
): MaskRows {
  const bytesOf = maskBytes(table, column, where, signal);
  const fit = maskFitting(pixels);
  const [original, fitted]: [LabelMask[], LabelMask[]] = [[], []];
  const keys: string[] = [];
  return {
    original,
    fitted,
    keys,
    fit,
    async read(row, { width, height }) {
      const { bytes, called } = await bytesOf(row);
      keys[row] = imageKey(bytes);
      const found = await readMask(bytes, { where: called });
      if (found.width !== width || found.height !== height) {
        throw new TunebookError(
          "data",
          `${called} has ${found.width} × ${found.height} pixels, its image ${width} × ${height}`,
        );
      }
      const mask = maskOfIds(found, classes, called);
      original[row] = storedMask(mask);
      fitted[row] = storedMask(fit(mask));
    },
  };
}

/** Reads the file of each row's mask, which is called `the mask of row 7` in errors. */
export function maskBytes(
  table: Table,
  column: string,
  where: string,
  signal: AbortSignal | undefined,
): (row: number) => Promise<{ readonly bytes: Uint8Array; readonly called: string }> {
  const source = sourceRows(table, where);
  const cells = columnValues(table, column);
  const base = folderOfImages(table, column, source.where);
  return async (row) => {
    const called = `the mask of ${source.placeOf(row)}`;
    const options = { where: called, ...(signal ? { signal } : {}) };
    return { bytes: await imageBytes(cells[row], base, options), called };
  };
}

/** How a mask is brought to the model's size. */
function maskFitting({ config }: PixelProcessor): (mask: LabelMask) => LabelMask {
  // The ids of the data set that a checkpoint was trained on may have been counted otherwise.
  const plain = imageProcessor({ ...config, do_reduce_labels: false });
  return ({ width, height, data }) => {
    const fitted = plain.processMask({ width, height, ids: Uint8Array.from(data) }, ignoredClass);
    return { width: fitted.width, height: fitted.height, data: fitted.ids };
  };
}
