/**
 * Ranges of code points as ranges of UTF-8 bytes, as the regular expressions of RE2 compile them.
 *
 * @module
 */
import type { CodePointRange } from "./expression.ts";

/** The first and the last value of one byte. */
export type ByteRange = readonly [first: number, last: number];

/** The largest code points of one, two, three and four bytes. */
const largest = [0x7f, 0x7ff, 0xffff, 0x10ffff];
/** Bits in a byte that continues a character. */
const continuationBits = 6;
const leading = [0, 0xc0, 0xe0, 0xf0];

/**
 * Sequences of byte ranges that together match exactly the characters of a range. Halves of surrogate pairs
 * have no UTF-8 and must not be in it.
 */
export function utf8Ranges([first, last]: CodePointRange): ByteRange[][] {
  const found: ByteRange[][] = [];
  let from = first;
  for (const [i, most] of largest.entries()) {
    if (from > last) break;
    if (from > most) continue;
    split(from, Math.min(last, most), i, found);
    from = most + 1;
  }
  return found;
}

/** Splits until all bytes behind the first that differs are free. */
function split(first: number, last: number, more: number, found: ByteRange[][]): void {
  for (let i = 1; i <= more; i++) {
    const mask = (1 << (continuationBits * i)) - 1;
    if ((first & ~mask) === (last & ~mask)) continue;
    if ((first & mask) !== 0) {
      split(first, first | mask, more, found);
      split((first | mask) + 1, last, more, found);
      return;
    }
    if ((last & mask) !== mask) {
      split(first, (last & ~mask) - 1, more, found);
      split(last & ~mask, last, more, found);
      return;
    }
  }
  const [low, high] = [bytesOf(first, more), bytesOf(last, more)];
  found.push(low.map((byte, i) => [byte, high[i]] as const));
}

function bytesOf(codePoint: number, more: number): number[] {
  const bytes: number[] = [];
  for (let i = more; i >= 0; i--) {
    const bits = codePoint >> (continuationBits * i);
    bytes.push(i === more ? leading[more] | bits : 0x80 | (bits & 0x3f));
  }
  return bytes;
}
