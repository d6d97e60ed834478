/**
 * Decodes JPEG by libjpeg in WebAssembly, to the same pixels as sharp and Pillow.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { once } from "../core/once.ts";
import { packageFolder } from "../core/package_folder.ts";
import type { Image } from "./image.ts";
import type { PixelSize } from "./pixel_size.ts";
import { checkSize, type SizeLimit } from "./size_limit.ts";
import { orientationOf, turnedUpright, uprightSize } from "./orientation.ts";

/** What libjpeg says of damaged data instead of failing; it fills what is missing with grey. */
const complaints: string[] = [];

const loadDecoder = once(async () => {
  const { default: decode, init } = await import("@jsquash/jpeg/decode");
  const path = join(packageFolder("@jsquash/jpeg"), "codec", "dec", "mozjpeg_dec.wasm");
  const module = await WebAssembly.compile(await readFile(path));
  const listen = (line: string) => void complaints.push(line);
  await init(
    {
      print: listen,
      printErr: listen,
      instantiateWasm(imports: WebAssembly.Imports, ready: (made: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(module, imports);
        ready(instance);
        return instance.exports;
      },
    } as Parameters<typeof init>[0],
  );
  return decode;
});

/** What stands in the segments before the pixels. */
interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  readonly orientation: number;
}

/** Decodes a JPEG of one or three components. */
export async function decodeJpeg(bytes: Uint8Array, limit: SizeLimit): Promise<Image> {
  const header = jpegHeader(bytes);
  checkSize(header.width, header.height, limit);
  if (header.components !== 1 && header.components !== 3) {
    throw new TunebookError(
      "unsupported",
      `${limit.where} is a JPEG of ${header.components} components (CMYK), which needs the package ` +
        "sharp, and sharp does not load here; save it as RGB",
    );
  }
  if (!isComplete(bytes)) throw new Error("the mark of its end is missing");
  const decode = await loadDecoder();
  const { width, height, data } = await decode(bytes.slice().buffer);
  const complaint = complaints.splice(0).at(0);
  if (complaint !== undefined) throw new Error(complaint);
  const channels = header.components;
  const pixels = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += channels) {
    for (let c = 0; c < channels; c++) pixels[to + c] = data[from + c];
  }
  return turnedUpright({ width, height, channels, data: pixels, depth: 8 }, header.orientation);
}

/** The size of the upright image, from its header alone. */
export function jpegSize(bytes: Uint8Array): PixelSize {
  const { width, height, orientation } = jpegHeader(bytes);
  return uprightSize(width, height, orientation);
}

const startOfScan = 0xda;
const app1 = 0xe1;
/** The segments that tell the size: SOF0 to SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** `Exif\0\0` */
const exifName = 6;

/** Walks through the segments (ITU-T T.81, annex B). */
function jpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new Error("a segment does not begin with a marker");
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (isFrame(marker) && segment.length >= 6) {
      const [, heightHigh, heightLow, widthHigh, widthLow, components] = segment;
      const height = heightHigh << 8 | heightLow;
      return { height, width: widthHigh << 8 | widthLow, components, orientation };
    }
    if (marker === startOfScan) break;
    if (marker === app1 && segment[0] === 0x45 && segment[1] === 0x78) {
      orientation = orientationOf(segment.subarray(exifName));
    }
    at += 2 + length;
  }
  throw new Error("its size is missing");
}

/** A cut image has no end mark after its last scan; the library would fill the rest with grey. */
function isComplete(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at > 0; at--) {
    if (bytes[at] !== 0xff) continue;
    if (bytes[at + 1] === 0xd9) return true;
    if (bytes[at + 1] === startOfScan) return false;
  }
  return false;
}
