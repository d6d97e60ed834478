/**
 * The images of a table's column: read, decoded, and brought to a model's size once.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { eachRowTogether } from "../../data/each_row.ts";
import { decodeImage } from "../../image/decode_image.ts";
import type { Image } from "../../image/image.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { type Picture, pictureOf } from "../../image/picture.ts";
import { besideTable, imageBytes } from "../../image/image_bytes.ts";
import { imageKey, imageSourceOf } from "../../image/image_source.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { ImageProcessor, Processor } from "../../nn/processor.ts";
import { columnFolder, folderOfFile } from "../../table/column_folder.ts";
import { columnValues } from "../../table/columns.ts";
import { type SourceRows, sourceRows } from "../../table/source_rows.ts";
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
  /** What makes a picture of a fitted image; absent where it was not kept. */
  pictureOf(row: number, title: string): (() => Picture) | undefined;
  /** A picture of any image, of at most 128 pixels on a side unless `mostPixels` is given. */
  picture(image: Image, title: string, mostPixels?: number): Picture;
  /** An image as its file has it. */
  original(row: number): Promise<Image>;
}

/** Where the images are and what they become. */
export interface ImageRowsOptions {
  readonly column: string;
  readonly pixels: PixelProcessor;
  /** What errors call the table, unless it knows its source. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
  /** Gets each image as its file has it, once; its errors of kind "data" are told with the others. */
  readonly visit?: (row: number, image: Image) => void | Promise<void>;
}

/**
 * Decodes every image once, several at a time, and keeps them at the model's size with 8 bits a channel.
 * All rows that cannot be read are one error of kind "data", each with its row.
 */
export async function imageRows(
  table: Table,
  { column, pixels, where, signal, visit }: ImageRowsOptions,
): Promise<ImageRows> {
  const source = sourceRows(table, where);
  const cells = columnValues(table, column);
  const base = folderOfImages(table, column, source.where);
  const named = (row: number) => source.placeOf(row);
  const bytesOf = (row: number) =>
    imageBytes(cells[row], base, { where: named(row), ...(signal ? { signal } : {}) });
  const decoded = async (bytes: Uint8Array, row: number) =>
    await decodeImage(bytes, { where: named(row) });
  const { width, height } = fixedSize(pixels);
  const keeps = cells.length * width * height * colours <= mostKept;
  const kept: Image[] = [];
  const keys: string[] = Array(cells.length);
  const wrong: { readonly row: number; readonly line: string }[] = [];
  const work = { done: "decoded", title: "decoding images", where, signal };
  await eachRowTogether(cells.length, work, async (row) => {
    try {
      const bytes = await bytesOf(row);
      keys[row] = imageKey(bytes);
      const image = await decoded(bytes, row);
      const fitted = pixels.fit(image);
      if (keeps) kept[row] = fitted;
      await visit?.(row, image);
    } catch (error) {
      if (!(error instanceof TunebookError) || error.kind !== "data") throw error;
      wrong.push({ row, line: error.message });
    }
  });
  if (wrong.length > 0) {
    const lines = wrong.sort((a, b) => a.row - b.row).map(({ line }) => line);
    const missing = wrong.map(({ row }) => cells[row]);
    const hint = columnFolder(table, column) === undefined ? missingHint(missing) : "";
    throw mistakes("data", `images of ${where} cannot be read${hint}:`, lines);
  }
  const encode = await pngEncoder();
  const original = async (row: number) => await decoded(await bytesOf(row), row);
  return {
    rows: cells.length,
    keys,
    original,
    picture: (image, title, mostPixels) => pictureOf(image, title, encode, mostPixels),
    pictureOf: (row, title) => kept[row] && (() => pictureOf(kept[row], title, encode)),
    fitted: async (row) => kept[row] ?? pixels.fit(await original(row)),
  };
}

/** What to do about paths that lead nowhere because the table does not say its file. */
function missingHint(cells: readonly unknown[]): string {
  const isMissing = (cell: unknown) =>
    typeof cell === "string" && !/^[a-z][a-z0-9+.-]+:/i.test(cell) && !isAbsolute(cell) &&
    !existsSync(cell);
  if (!cells.some(isMissing)) return "";
  return ", relative paths in the working folder, since the table does not know the file that it was read from " +
    "(slice, sample and joins forget it); filter the table instead, or give whole paths";
}

/** The size of every image; processors that leave images unlike sizes are an error of kind "unsupported". */
export function fixedSize({ size, config }: PixelProcessor): PixelSize {
  if (size) return size;
  throw new TunebookError(
    "unsupported",
    `the model's ${config.image_processor_type} gives images of unlike sizes, which this task does not ` +
      'batch; let its preprocessor_config.json say a height and a width, "size": { "height": 512, "width": 512 }',
  );
}

/** Colours of a fitted image. */
export const colours = 3;

/** What is wrong with the cells of a column of images, lines for each row; files are not read. */
export function imageMistakes(
  table: Table,
  column: string,
  { placeOf }: Pick<SourceRows, "placeOf">,
): string[][] {
  return columnValues(table, column).map((cell, row) => {
    try {
      imageSourceOf(cell, placeOf(row));
      return [];
    } catch (error) {
      if (error instanceof TunebookError) return [error.message];
      throw error;
    }
  });
}

/** The images of a column, so that paths hold without the table: they are relative to its file. */
export function placedImages(table: Table, column: string): unknown[] {
  const base = folderOfImages(table, column, sourceRows(table, "the images").where);
  return columnValues(table, column).map((cell) => {
    const source = imageSourceOf(cell, "the image");
    return source.kind === "path"
      ? besideTable(base, source.path)
      : source.kind === "bytes"
      ? source.bytes
      : source.address;
  });
}

/** Where relative paths of a column begin: beside the table's file, or in the working folder for tables in memory. */
export function folderOfImages(table: Table, column: string, where: string): string {
  return columnFolder(table, column) ?? folderOfFile(where);
}

/** What a task on images needs to know of a model. */
export interface PixelsOfModel extends Pick<ImageProcessor, "tokens" | "pixels" | "mapSizes"> {
  readonly pixels: PixelProcessor;
  readonly mapSizes: NonNullable<ImageProcessor["mapSizes"]>;
}

/**
 * How images become the pixels of a model. Throws an error that names the task: of kind "unsupported" for a model of
 * other inputs, of kind "weights" for one that does not say it.
 */
export function pixelsFor(
  task: string,
  processor: Processor,
): PixelsOfModel {
  if (processor.input !== "image") {
    throw new TunebookError(
      "unsupported",
      `${task} needs a model that takes images, but this one takes ${processor.input}`,
    );
  }
  const { tokens, pixels, mapSizes = {} } = processor;
  if (pixels) return { tokens, pixels, mapSizes };
  throw new TunebookError(
    "weights",
    `${task} needs preprocessor_config.json in the model's folder, which says how images become pixels`,
  );
}
