/**
 * Decodes images with sharp.
 *
 * @module
 */
import type { SharpModule } from "./load_sharp.ts";
import type { Channels, Image } from "./image.ts";
import type { PixelSize } from "./pixel_size.ts";
import { checkSize, type SizeLimit } from "./size_limit.ts";

/** Decodes any format that sharp reads; its own errors pass. */
export async function decodeBySharp(
  sharp: SharpModule,
  bytes: Uint8Array,
  limit: SizeLimit,
): Promise<Image> {
  const input = { failOn: "error", limitInputPixels: false, ignoreIcc: true } as const;
  const { width, height, space, channels, depth } = await sharp(bytes, input).metadata();
  checkSize(width, height, limit);
  // libvips has one number for every use of a profile: without one, CMYK would lose its own.
  const options = { ...input, ignoreIcc: space !== "cmyk", limitInputPixels: limit.maxPixels };
  const { data, info } = await sharp(bytes, { ...options, autoOrient: true })
    .toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const isGrey = channels <= 2 && info.channels >= 3;
  return {
    width: info.width,
    height: info.height,
    channels: (isGrey ? info.channels - 2 : info.channels) as Channels,
    data: isGrey ? greyOf(data, info.channels) : asBytes(data),
    depth: depth === "uchar" ? 8 : 16,
  };
}

/** Red, green and blue of a grey image are the same: one of them, and alpha where there is one. */
function greyOf(data: Uint8Array, channels: number): Uint8Array {
  const kept = channels - 2;
  const grey = new Uint8Array(data.length / channels * kept);
  for (let from = 0, to = 0; from < data.length; from += channels, to += kept) {
    grey[to] = data[from];
    if (kept === 2) grey[to + 1] = data[from + channels - 1];
  }
  return grey;
}

function asBytes(data: Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** The size of the upright image, from its header alone. */
export async function sizeBySharp(
  sharp: SharpModule,
  bytes: Uint8Array,
): Promise<PixelSize> {
  const { width, height } = (await sharp(bytes, { limitInputPixels: false }).metadata()).autoOrient;
  return { width, height };
}
