/**
 * What a generator is compared with: held-out images, and requests for as many with the same labels.
 *
 * @module
 */
import type { Processor } from "../../nn/processor.ts";
import type { HeldOutImages, HeldOutOptions } from "../../nn/task.ts";
import { textColumn } from "../../table/columns.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { imageRows } from "../shared/image_rows.ts";
import type { LabelColumn } from "../shared/label_column.ts";
import { truthOf } from "../shared/labelled_rows.ts";
import { denoiserModel } from "./denoiser_model.ts";
import type { DrawingInput } from "./drawing.ts";

/** A set of more images costs more than it says. */
const mostCompared = 256;

/** What the images are, and which labels they have. */
export interface HeldOutImagesOptions {
  readonly name: string;
  readonly image: string;
  readonly labelled?: LabelColumn;
  readonly labels: readonly string[];
  /** The column of captions, where images have them. */
  readonly caption?: string;
}

/** The first 256 rows at the size of the model, and a request for each, whose seeds are 1, 2, 3 … */
export async function heldOutImages(
  table: Table,
  processor: Processor,
  { where, signal }: HeldOutOptions,
  { name, image, labelled, labels, caption }: HeldOutImagesOptions,
): Promise<HeldOutImages<DrawingInput>> {
  const { pixels } = denoiserModel(name, processor, {
    labels,
    hasCaptions: caption !== undefined,
  });
  const rows = Array.from({ length: Math.min(table.numRows(), mostCompared) }, (_, row) => row);
  const first = pickRows(table, rows);
  const images = await imageRows(first, { column: image, pixels, where, signal });
  const found = labelled && truthOf(labelled.read(first, where, labels));
  const captions = caption === undefined
    ? undefined
    : textColumn(first, caption, { where, allowEmpty: true });
  return {
    inputs: rows.map((row) => ({
      ...(found ? { label: labels[found[row]] } : {}),
      ...(captions ? { caption: captions[row] } : {}),
      seed: row + 1,
    })),
    images: await Promise.all(rows.map((row) => images.fitted(row))),
  };
}
