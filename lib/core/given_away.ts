/**
 * Arrays that nobody but their receiver will look at, so that he may free them at once: large ones live
 * outside of V8's heap, which lets many megabytes of dead ones pile up before it looks.
 *
 * @module
 */

const given = new WeakSet<ArrayBufferLike>();

/** Marks an array whose maker keeps no reference to it. */
export function giveAway<Given extends ArrayBufferView>(array: Given): Given {
  given.add(array.buffer);
  return array;
}

/** Takes an array that was given away as one's own: nobody frees it from now on. */
export function keepGiven<Given extends ArrayBufferView>(array: Given): Given {
  given.delete(array.buffer);
  return array;
}

/**
 * Frees the memory of an array, or of a view of it, that was given away; its length is 0 from then on. False
 * for any other one, which stays as it is.
 *
 * @example
 * ```ts
 * import { freeGiven, giveAway } from "./given_away.ts";
 * import assert from "node:assert/strict";
 *
 * const [own, kept] = [giveAway(new Float32Array(4)), new Float32Array(4)];
 * assert.deepEqual([freeGiven(new Uint8Array(own.buffer)), freeGiven(kept)], [true, false]);
 * assert.deepEqual([own.length, kept.length], [0, 4]);
 * ```
 */
export function freeGiven({ buffer }: ArrayBufferView): boolean {
  if (!given.has(buffer) || !(buffer instanceof ArrayBuffer)) return false;
  buffer.transfer(0);
  return true;
}
