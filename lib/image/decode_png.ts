/**
 * Decodes PNG in plain JavaScript; masks need it beside sharp, since it keeps the entries of a palette and
 * all 16 bits.
 *
 * @module
 */
import type { DecodedPng } from "fast-png";
import { messageOf } from "../core/errors.ts";
import type { Channels, Image } from "./image.ts";
import type { PixelSize } from "./pixel_size.ts";
import { checkSize, type SizeLimit } from "./size_limit.ts";
import { orientationOf, turnedUpright, uprightSize } from "./orientation.ts";

/** The stored numbers of a PNG, before palettes and scaling. */
export async function readPng(bytes: Uint8Array, limit: SizeLimit): Promise<DecodedPng> {
  const { width, height } = storedSize(bytes);
  checkSize(width, height, limit);
  const { decode } = await import("fast-png");
  try {
    return decode(bytes, { checkCrc: true });
  } catch (error) {
    const inner = (error as Error).cause;
    throw inner ? new Error(`${messageOf(error)} ${messageOf(inner)}`, { cause: error }) : error;
  }
}

/** After the signature, the length and the name of the first chunk. */
const widthAt = 16;
const headerEnd = 33;

function storedSize(bytes: Uint8Array): PixelSize {
  if (bytes.length < headerEnd) throw new Error("its header is cut off");
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: header.getUint32(widthAt), height: header.getUint32(widthAt + 4) };
}

/** The size of the upright image, from its header alone. */
export function pngSize(bytes: Uint8Array): PixelSize {
  const { width, height } = storedSize(bytes);
  return uprightSize(width, height, orientationOf(exifOf(bytes)));
}

/** Decodes a PNG of any kind; of 16 bits the upper 8 remain. */
export async function decodePng(bytes: Uint8Array, limit: SizeLimit): Promise<Image> {
  const png = await readPng(bytes, limit);
  const { width, height, depth } = png;
  const kept = { width, height, depth: depth === 16 ? 16 : 8 } as const;
  const image: Image = { ...kept, ...(png.palette ? await fromPalette(png) : withAlpha(png)) };
  return turnedUpright(image, orientationOf(exifOf(bytes)));
}

type Pixels = Pick<Image, "channels" | "data">;

async function fromPalette(png: DecodedPng): Promise<Pixels> {
  const { convertIndexedToRgb } = await import("fast-png");
  const data = Uint8Array.from(convertIndexedToRgb(png as never));
  return { channels: png.palette![0].length === 4 ? 4 : 3, data };
}

/** 8 bits a channel, and the one colour that stands for transparent, if any, as alpha. */
function withAlpha(png: DecodedPng): Pixels {
  const { channels, transparency } = png;
  const values = samplesOf(png);
  const most = 2 ** png.depth - 1;
  const shift = png.depth === 16 ? 8 : 0;
  const scale = png.depth < 8 ? 255 / most : 1;
  const to8 = (value: number) => (value >> shift) * scale;
  if (!transparency || channels === 2 || channels === 4) {
    return { channels: channels as Channels, data: Uint8Array.from(values, to8) };
  }
  const pixels = values.length / channels;
  const data = new Uint8Array(pixels * (channels + 1));
  for (let at = 0; at < pixels; at++) {
    let isClear = true;
    for (let c = 0; c < channels; c++) {
      const value = values[at * channels + c];
      isClear &&= value === transparency[c];
      data[at * (channels + 1) + c] = to8(value);
    }
    data[at * (channels + 1) + channels] = isClear ? 0 : 255;
  }
  return { channels: channels + 1 as Channels, data };
}

/** One number for each sample: those of fewer than 8 bits stand several in a byte, from the upper bits. */
export function samplesOf({ width, height, channels, depth, data }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const rowBytes = Math.ceil(width * depth / 8);
  const samples = new Uint8Array(width * height * channels);
  const mask = 2 ** depth - 1;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const bit = x * depth;
      samples[to] = data[y * rowBytes + (bit >> 3)] >> 8 - depth - (bit & 7) & mask;
    }
  }
  return samples;
}

/** The chunk `eXIf`, or nothing. */
function exifOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x65584966) return bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return new Uint8Array();
}
