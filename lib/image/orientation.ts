/**
 * The EXIF orientation of an image (CIPA DC-008, tag 0x0112), and turning it upright.
 *
 * @module
 */
import type { Image } from "./image.ts";
import type { PixelSize } from "./pixel_size.ts";

/** The tag that tells how a camera was held. */
const orientationTag = 0x0112;
/** Bytes of an entry of an image file directory. */
const entryBytes = 12;

/**
 * How the first row of an image lies, 1 to 8, as its EXIF block says; 1, upright, where it says nothing.
 *
 * @param exif a TIFF header and its directories, without `Exif\0\0`
 */
export function orientationOf(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 8) return 1;
  const isLittle = view.getUint16(0) === 0x4949;
  const at = view.getUint32(4, isLittle);
  if (at + 2 > exif.length) return 1;
  const entries = view.getUint16(at, isLittle);
  for (let index = 0; index < entries; index++) {
    const entry = at + 2 + index * entryBytes;
    if (entry + entryBytes > exif.length) break;
    if (view.getUint16(entry, isLittle) !== orientationTag) continue;
    const value = view.getUint16(entry + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The size of an image once it is turned upright. */
export function uprightSize(width: number, height: number, orientation: number): PixelSize {
  return isSideways(orientation) ? { width: height, height: width } : { width, height };
}

function isSideways(orientation: number): boolean {
  return orientation >= 5;
}

/** The image as its orientation, 1 to 8, means it. */
export function turnedUpright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const { width: newWidth, height: newHeight } = uprightSize(width, height, orientation);
  const isTransposed = isSideways(orientation);
  const isFromRight = [2, 3, 7, 8].includes(orientation);
  const isFromBottom = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++, to += channels) {
      const [column, row] = isTransposed ? [y, x] : [x, y];
      const fromX = isFromRight ? width - 1 - column : column;
      const fromY = isFromBottom ? height - 1 - row : row;
      const from = (fromY * width + fromX) * channels;
      for (let c = 0; c < channels; c++) turned[to + c] = data[from + c];
    }
  }
  return { ...image, width: newWidth, height: newHeight, data: turned };
}
