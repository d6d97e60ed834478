/**
 * What kind of file some bytes are, by what they begin with: names and endings are not trusted.
 *
 * @module
 */
// deno-lint-ignore-file no-control-regex

/** The formats that can be decoded. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "tiff" | "avif";

/** What the first bytes of a file say. */
export interface ImageKind {
  /** The format, where it is one that can be decoded. */
  readonly format?: ImageFormat;
  /** What it is, in words that follow "is": `a PNG image`, `an SVG drawing`, `text`. */
  readonly name: string;
}

/** Bytes that tell a text from binary data. */
const textBytes = 512;

/** Where the brand of an ISO media file (AVIF, HEIC, MP4) stands: after the size and `ftyp`. */
const brandAt = 8;

/**
 * Tells the format of an image, or what else the bytes are.
 *
 * @example
 * ```ts
 * import { imageKindOf } from "./image_kind.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(imageKindOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)).format, "jpeg");
 * assert.equal(imageKindOf(new TextEncoder().encode("not a picture")).name, "text");
 * ```
 */
export function imageKindOf(bytes: Uint8Array): ImageKind {
  const start = latin1(bytes.subarray(0, 16));
  if (start.startsWith("\xff\xd8\xff")) return { format: "jpeg", name: "a JPEG image" };
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return { format: "png", name: "a PNG image" };
  if (/^GIF8[79]a/.test(start)) return { format: "gif", name: "a GIF image" };
  if (/^RIFF[^]{4}WEBP/.test(start)) return { format: "webp", name: "a WebP image" };
  if (/^(II\*\0|MM\0\*)/.test(start)) return { format: "tiff", name: "a TIFF image" };
  if (/^[^]{4}ftyp/.test(start)) return mediaKind(bytes);
  return { name: otherName(start, bytes) };
}

/** AVIF is read; its siblings need codecs that may not be shipped. */
function mediaKind(bytes: Uint8Array): ImageKind {
  const brands = latin1(bytes.subarray(brandAt, brandAt + 32));
  if (/avi[fs]/.test(brands)) return { format: "avif", name: "an AVIF image" };
  return { name: /hei[cxms]|hev[cx]|mif1/.test(brands) ? "a HEIC image" : "a video" };
}

const signatures: readonly [RegExp, string][] = [
  [/^BM/, "a BMP image"],
  [/^\0\0\x01\0/, "an icon file"],
  [/^8BPS/, "a Photoshop file"],
  [/^%PDF/, "a PDF document"],
  [/^\xff\x0a|^\0\0\0\x0cJXL /, "a JPEG XL image"],
  [/^\0\0\0\x0cjP {2}|^\xff\x4f\xff\x51/, "a JPEG 2000 image"],
  [/^PK/, "a ZIP archive"],
  [/^\x1f\x8b/, "a gzip archive"],
  [/^PAR1/, "a Parquet table"],
  [/^\x1a\x45\xdf\xa3|^RIFF[^]{4}AVI /, "a video"],
];

function otherName(start: string, bytes: Uint8Array): string {
  const named = signatures.find(([pattern]) => pattern.test(start));
  if (named) return named[1];
  const head = latin1(bytes.subarray(0, textBytes));
  if (/^\s*(<\?xml[^]*)?<svg|<!DOCTYPE svg/i.test(head)) return "an SVG drawing";
  if (/^\s*(<!doctype html|<html)/i.test(head)) return "a web page";
  if (/^version https:\/\/git-lfs/.test(head)) {
    return "a Git LFS pointer, whose file was not downloaded";
  }
  return /[\0-\x08\x0e-\x1a]/.test(head) ? "no image of a known format" : "text";
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
