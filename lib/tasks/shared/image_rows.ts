/**
 * The images of a table's column: read, decoded, and brought to a model's size once.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { eachRowTogether } from "../../data/each_row.ts";
import { decodeImage } from "../../image/decode_image.ts";
import type { Image } from "../../image/image.ts";
import { imageBytes } from "../../image/image_bytes.ts";
import { imageKey } from "../../image/image_source.ts";
import type { ImageProcessor, Processor } from "../../nn/processor.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";

/** The most bytes of fitted images that are kept; beyond, images are decoded each time. */
const mostKept = 1e9;

/** Images by row. */
export interface ImageRows {
  readonly rows: number;
  /** A text for each row that is the same where the file is. */
  readonly keys: readonly string[];
  /** An image at the model's size, as its processor fits it. */
  fitted(row: number): Promise<Image>;
  /** An image as its file has it. */
  original(row: number): Promise<Image>;
}

/** Where the images are and what they become. */
export interface ImageRowsOptions {
  readonly column: string;
  readonly processor: ImageProcessor;
  /** What errors call the table, unless it knows its source. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes every image once, several at a time, and keeps them at the model's size with 8 bits a channel.
 * All rows that cannot be read are one error of kind "data", each with its row.
 */
export async function imageRows(
  table: Table,
  { column, processor, where, signal }: ImageRowsOptions,
): Promise<ImageRows> {
  const source = sourceRows(table, where);
  const cells = columnValues(table, column);
  const base = folderOf(source.where);
  const named = (row: number) => source.placeOf(row);
  const bytesOf = (row: number) =>
    imageBytes(cells[row], base, { where: named(row), ...(signal ? { signal } : {}) });
  const decoded = async (bytes: Uint8Array, row: number) =>
    await decodeImage(bytes, { where: named(row) });
  const { width, height } = processor.size;
  const keeps = cells.length * width * height * colours <= mostKept;
  const kept: Image[] = [];
  const keys: string[] = Array(cells.length);
  const wrong: { readonly row: number; readonly line: string }[] = [];
  const work = { done: "decoded", title: "decoding images", where, signal };
  await eachRowTogether(cells.length, work, async (row) => {
    try {
      const bytes = await bytesOf(row);
      keys[row] = imageKey(bytes);
      const image = await processor.fit(await decoded(bytes, row));
      if (keeps) kept[row] = image;
    } catch (error) {
      if (!(error instanceof TunebookError) || error.kind !== "data") throw error;
      wrong.push({ row, line: error.message });
    }
  });
  if (wrong.length > 0) {
    const lines = wrong.sort((a, b) => a.row - b.row).map(({ line }) => line);
    throw mistakes("data", `images of ${where} cannot be read:`, lines);
  }
  const original = async (row: number) => await decoded(await bytesOf(row), row);
  return {
    rows: cells.length,
    keys,
    original,
    fitted: async (row) => kept[row] ?? await processor.fit(await original(row)),
  };
}

/** Colours of a fitted image. */
const colours = 3;

/** The images of a column, so that paths hold without the table: they are relative to its file. */
export function placedImages(table: Table, column: string): unknown[] {
  const base = folderOf(sourceRows(table, "the images").where);
  return columnValues(table, column).map((cell) => {
    const source = imageSourceOf(cell, "the image");
    return source.kind === "path"
      ? placed(base, source.path)
      : source.kind === "bytes"
      ? source.bytes
      : source.address;
  });
}

/** The folder of a table's file, where its name tells; the working folder for tables in memory. */
function folderOf(where: string): string {
  const end = Math.max(where.lastIndexOf("/"), where.lastIndexOf("\\"));
  if (end < 0 || where.startsWith("npm:")) return ".";
  return where.slice(0, end);
}

/**
 * The processor of an image model; a model of other inputs is an error of kind "unsupported" that names
 * the task.
 */
export function imageProcessorFor(task: string, processor: Processor): ImageProcessor {
  if (processor.input === "image") return processor;
  throw new TunebookError(
    "unsupported",
    `${task} needs a model that takes images, but this one takes ${processor.input}`,
  );
}
