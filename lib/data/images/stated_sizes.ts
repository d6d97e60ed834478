/**
 * Whether images have the size that their annotations say.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import { imageSize } from "../../image/image_size.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { ObjectRow } from "./object_table.ts";

/** The header of nearly every image ends within so many bytes. */
const headerBytes = 64 * 1024;

/**
 * A line for each row whose image has another size, and for each that is no image. Boxes of an image that was
 * resized, or turned as its camera says, would lie elsewhere.
 */
export async function sizeMistakes(
  rows: readonly Pick<ObjectRow, "image" | "where" | "size">[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { image, where, size: { width, height } } of rows) {
    try {
      const found = await sizeOfFile(image, shownName(image));
      if (found.width === width && found.height === height) continue;
      const turned = found.width === height && found.height === width ? " once it is upright" : "";
      wrong.push(
        `${shownName(where)} says that its image has ${width} × ${height} pixels, but it has ` +
          `${found.width} × ${found.height}${turned}: its boxes are of another image`,
      );
    } catch (error) {
      wrong.push(error instanceof TunebookError ? error.message : messageOf(error));
    }
  }
  return wrong;
}

/** The size by the first bytes, or by all of them where these do not say it. */
async function sizeOfFile(path: string, where: string): Promise<PixelSize> {
  using file = await Deno.open(path);
  const header = new Uint8Array(headerBytes);
  const count = await file.read(header) ?? 0;
  try {
    return await imageSize(header.subarray(0, count), { where });
  } catch (error) {
    if (count < headerBytes) throw error;
    return await imageSize(await Deno.readFile(path), { where });
  }
}
