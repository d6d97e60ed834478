/**
 * What a file is that should be a text table and is something else.
 *
 * @module
 */

/** How many bytes of a file are looked at. */
const looked = 4096;

const asUtf8 = "save it as UTF-8";

/** First bytes of files, what they are and what to do. */
const marks: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0xff, 0xfe, 0, 0], `UTF-32 text; ${asUtf8}`],
  [[0, 0, 0xfe, 0xff], `UTF-32 text; ${asUtf8}`],
  [[0xff, 0xfe], `UTF-16 text; ${asUtf8}`],
  [[0xfe, 0xff], `UTF-16 text; ${asUtf8}`],
  [[0x1f, 0x8b], "compressed with gzip; decompress it first (gunzip)"],
  [[0x28, 0xb5, 0x2f, 0xfd], "compressed with Zstandard; decompress it first (unzstd)"],
  [[...letters("BZh")], "compressed with bzip2; decompress it first (bunzip2)"],
  [[0xfd, ...letters("7zXZ")], "compressed with xz; decompress it first (unxz)"],
  [
    [...letters("PK"), 3, 4],
    "a ZIP archive, or an Excel or OpenDocument sheet; take the file out of it, or save the sheet as CSV " +
    "(UTF-8)",
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Excel sheet; save it as CSV (UTF-8)"],
  [[...letters("PAR1")], 'a Parquet file; name it so, or give format: "parquet"'],
  [[...letters("ARROW1")], 'an Arrow file; name it so, or give format: "arrow"'],
  [[...letters("%PDF")], "a PDF document; a table must be text, Parquet or Arrow"],
  [[...letters("SQLite format 3")], "an SQLite database; write its table as CSV"],
  [
    [...letters("version https://git-lfs.github.com/spec/")],
    "a pointer of Git LFS and not the data; fetch it with git lfs pull",
  ],
];

/**
 * What a file is by its first bytes, with what to do, for a sentence that begins with its name; undefined
 * where it may be UTF-8 text.
 *
 * @example
 * ```ts
 * import { otherKind } from "./file_kind.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(otherKind(new TextEncoder().encode("PAR1…"))!, /^a Parquet file/);
 * assert.match(otherKind(Uint8Array.of(97, 0, 44, 0, 98, 0))!, /^UTF-16 text/);
 * assert.equal(otherKind(new TextEncoder().encode("text,label\n")), undefined);
 * ```
 */
export function otherKind(bytes: Uint8Array): string | undefined {
  const known = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (known) return known[1];
  if (isUtf16(bytes, mostlyAscii)) return utf16;
  const start = String.fromCharCode(...bytes.subarray(0, 64)).replace(/^\xef\xbb\xbf/, "");
  return /^\s*<(?:!doctype html|html)\b/i.test(start)
    ? "a web page and not a table; download the file itself (is a login needed?)"
    : undefined;
}

/** The same for bytes that are known to be no UTF-8, where fewer traces are enough. */
export function otherEncoding(bytes: Uint8Array): string | undefined {
  return isUtf16(bytes, mostlyOther) ? utf16 : undefined;
}

const utf16 = `UTF-16 text without a byte order mark; ${asUtf8}`;
/** The share of characters with a zero byte: letters, digits, commas and line ends have one. */
const mostlyAscii = 0.5;
/** Chinese has such only between its cells and lines. */
const mostlyOther = 0.01;

/** In UTF-16 the zeros are all of the first or all of the second bytes; UTF-8 text has hardly any. */
function isUtf16(bytes: Uint8Array, share: number): boolean {
  const zeros = [0, 0];
  const first = bytes.subarray(0, looked);
  first.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2]++;
  });
  const [few, many] = zeros.toSorted((a, b) => a - b);
  return few <= many / 10 && many >= Math.max(2, share * first.length / 2);
}

function letters(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
