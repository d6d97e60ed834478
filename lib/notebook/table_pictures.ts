/**
 * Tables in a notebook, with a small picture in each cell that holds an image.
 *
 * @module
 */
import { palette } from "../chart/palette.ts";
import type { MimeBundle } from "../core/display.ts";
import type { Html } from "../core/html.ts";
import { decodeImage } from "../image/decode_image.ts";
import { pngEncoder } from "../image/encode_png.ts";
import { htmlPicture } from "../image/html_pictures.ts";
import type { Image } from "../image/image.ts";
import { imageBytes } from "../image/image_bytes.ts";
import { imageKindOf } from "../image/image_kind.ts";
import { ignoredId } from "../image/masks/read_mask.ts";
import { pictureOf } from "../image/picture.ts";
import { fileInCell, fileText } from "../table/cell_bytes.ts";
import { columnValues } from "../table/columns.ts";
import { sourceRows } from "../table/source_rows.ts";
import { bundleOfTable, shownColumns, shownRows } from "../table/table_display.ts";
import type { Table } from "../table/table.ts";
import { folderOfImages } from "../tasks/shared/image_rows.ts";

/** The pixels of a picture on its longer side. */
const shownPixels = 64;

/** Paths of files that are decoded, and addresses that hold their image; a display downloads nothing. */
const imagePath = /^(?!https?:)[^\n]*\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
const imageAddress = /^data:image\/(png|jpeg|webp|gif|tiff|avif)[;,]/i;

/** Grey values up to this one are taken for the classes of a mask, which are all but black as they are. */
const mostClasses = 32;

/**
 * A table's first rows and columns as `displayOfTable` shows them, with pictures in the place of the images that can be
 * read: bytes, `{ bytes, path }`, and paths beside the table's file. Other cells keep their text.
 */
export function displayWithPictures(table: Table): MimeBundle | Promise<MimeBundle> {
  const rows = Math.min(table.numRows(), shownRows);
  const names = table.columnNames().slice(0, shownColumns);
  const columns = names.map((name) => ({ name, cells: columnValues(table.slice(0, rows), name) }))
    .filter(({ cells }) => cells.some(holdsImage));
  return columns.length === 0 ? bundleOfTable(table) : withPictures(table, columns);
}

/** The images of some columns, by row. */
async function withPictures(
  table: Table,
  columns: readonly { readonly name: string; readonly cells: readonly unknown[] }[],
): Promise<MimeBundle> {
  const { where } = sourceRows(table, "the table");
  const pictures = new Map(
    await Promise.all(columns.map(async ({ name, cells }) => {
      const base = folderOfImages(table, name, where);
      return [name, await Promise.all(cells.map((cell) => pictureOfCell(cell, base)))] as const;
    })),
  );
  return bundleOfTable(table, (column, row) => pictures.get(column)?.[row]);
}

function holdsImage(cell: unknown): boolean {
  if (typeof cell === "string") return imagePath.test(cell) || imageAddress.test(cell);
  const file = fileInCell(cell);
  return file !== undefined && imageKindOf(file.bytes).format !== undefined;
}

async function pictureOfCell(cell: unknown, base: string): Promise<Html | undefined> {
  if (!holdsImage(cell) || /^https?:/i.test(base)) return undefined;
  const file = fileInCell(cell);
  const title = file
    ? fileText(file)
    : imageAddress.test(cell as string)
    ? "data:"
    : cell as string;
  try {
    const image = await decodeImage(await imageBytes(cell, base), { where: title });
    const { width, height } = image;
    const shown = pictureOf(
      colouredMask(image),
      `${title}, ${width} × ${height}`,
      await pngEncoder(),
      shownPixels,
    );
    return htmlPicture(shown, shownPixels);
  } catch {
    // A display is no check: a training names the rows that cannot be read.
    return undefined;
  }
}

/** A mask of classes in colours; any other image as it is. */
function colouredMask(image: Image): Image {
  const { width, height, channels, data } = image;
  const isMask = channels === 1 && data.every((id) => id <= mostClasses || id === ignoredId);
  if (!isMask) return image;
  const colours = palette.map((colour) =>
    [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
  );
  const white = [255, 255, 255];
  const coloured = Uint8Array.from(
    { length: data.length * 3 },
    (_, at) => {
      const id = data[Math.floor(at / 3)];
      return (id === ignoredId ? white : colours[id % colours.length])[at % 3];
    },
  );
  return { width, height, channels: 3, data: coloured };
}
