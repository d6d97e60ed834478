/**
 * The text that COCO compresses run lengths into: five bits a character from `0` on, the sixth says that
 * more follow, and from the third run on the difference from the run two before is kept.
 *
 * @module
 */

/** The character of five zero bits. */
const zero = 48;
const bits = 5;
const more = 1 << bits;
const sign = 1 << bits - 1;
/** Runs from here on are kept as differences. */
const firstDifference = 3;
/** Characters of the largest number: more would overflow. */
const mostCharacters = 7;

/**
 * The runs that a text stands for. Throws an `Error` that says what is wrong with it.
 *
 * @example
 * ```ts
 * import { runsOfText } from "./run_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(runsOfText("61X13"), [6, 1, 40, 4]);
 * ```
 */
export function runsOfText(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let value = 0;
    let shift = 0;
    for (let hasMore = true; hasMore; shift += bits) {
      if (at === text.length) throw new Error("its compressed runs are cut off");
      const digit = text.charCodeAt(at++) - zero;
      if (!(digit >= 0 && digit < 2 * more) || shift >= bits * mostCharacters) {
        throw new Error("its compressed runs have a character that none has");
      }
      value += (digit & more - 1) * 2 ** shift;
      hasMore = (digit & more) !== 0;
      if (!hasMore && (digit & sign) !== 0) value -= 2 ** (shift + bits);
    }
    if (runs.length >= firstDifference) value += runs[runs.length - 2];
    if (value < 0) throw new Error("its compressed runs have a negative length");
    runs.push(value);
  }
  return runs;
}
