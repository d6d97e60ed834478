/**
 * A program that runs long enough for other things to happen meanwhile.
 *
 * @module
 */
import { type HostTensor, type Program, tf } from "../../../lib/engine/mod.ts";

const side = 1024;
const products = 16;

/** A chain of matrix products: a few tenths of a second. */
export const slowProgram: Program = {
  name: "slow",
  inputs: { x: { role: "feed", type: "float32", shape: [side, side] } },
  compute({ x }) {
    let y = x;
    for (let i = 0; i < products; i++) y = tf.matMul(y, x);
    return { sum: tf.sum(y) };
  },
};

/** What it is fed. */
export const slowFeeds: Record<string, HostTensor> = {
  x: { shape: [side, side], data: new Float32Array(side * side).fill(1 / side) },
};
