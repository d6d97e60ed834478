/**
 * Whether the texts of an Arrow column are UTF-8: the library puts U+FFFD where they are not.
 *
 * @module
 */
import { isUtf8 } from "./decode_text.ts";

/** A column's texts: the bytes of all, and where each begins and ends. */
export interface ArrowTexts {
  readonly data: Uint8Array;
  readonly length: number;
  /** Where a row's text begins; `length` is behind the last row. */
  startOf(row: number): number;
  /** Missing values may have any bytes. */
  isMissing(row: number): boolean;
}

/** The first row, from 0, whose text is not UTF-8; undefined where all are. */
export function firstWrongText(
  { data, length, startOf, isMissing }: ArrowTexts,
): number | undefined {
  if (length === 0) return undefined;
  const all = data.subarray(startOf(0), startOf(length));
  let isWhole = isUtf8(all);
  // Where all is UTF-8, a text is unless it begins within a character.
  for (let row = 1; isWhole && row < length; row++) isWhole = !isWithin(data[startOf(row)]);
  if (isWhole) return undefined;
  for (let row = 0; row < length; row++) {
    if (!isMissing(row) && !isUtf8(data.subarray(startOf(row), startOf(row + 1)))) return row;
  }
  return undefined;
}

/** Whether a byte goes on with a character that began before it. */
function isWithin(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}
