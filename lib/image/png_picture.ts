/**
 * PNG files as displays show them.
 *
 * @module
 */
import type { Picture } from "./picture.ts";

/** Where the header of a PNG has its width; the height follows. */
const widthAt = 16;
const heightAt = 20;

/** The picture of a PNG that was written here, without decoding it. */
export function pngPicture(png: Uint8Array, title: string): Picture {
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return {
    title,
    width: header.getUint32(widthAt),
    height: header.getUint32(heightAt),
    url: `data:image/png;base64,${png.toBase64()}`,
  };
}
