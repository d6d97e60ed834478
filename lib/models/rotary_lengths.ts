/**
 * How fast rotary positions turn where the length of a text says it: NTK scaling, whose base grows, and
 * LongRoPE, which has other divisors for long texts.
 *
 * transformers takes the longest text of a batch, so that there the numbers of a text depend on its
 * neighbours; here each text has its own length, which is what transformers computes for it alone. As
 * there, keys in a cache keep the turns of the length that their text had when they were read.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import {
  type DynamicScaling,
  type LengthRotary,
  type LongropeScaling,
  plainFrequencies,
} from "./rotary_scaling.ts";

/**
 * Turns per token of each pair of numbers of a head, in radians: [tokens, 1, size / 2].
 *
 * @param lengths how many tokens the text of each token has, [tokens] int32
 */
export function lengthFrequencies(
  { theta, scaling }: LengthRotary,
  size: number,
  lengths: Tensor,
): Tensor {
  const plain = plainFrequencies(theta, size);
  const rows = tf.reshape(lengths, [-1, 1, 1]);
  return scaling.kind === "dynamic"
    ? dynamicFrequencies(scaling, plain, rows)
    : longropeFrequencies(scaling, plain, rows);
}

/** The base is multiplied with (factor · length / original − factor + 1) ^ (size / (size − 2)). */
function dynamicFrequencies(
  { factor, original }: DynamicScaling,
  plain: readonly number[],
  lengths: Tensor,
): Tensor {
  const most = tf.maximum(tf.cast(lengths, "float32"), original);
  const growth = tf.add(tf.mul(most, factor / original), 1 - factor);
  // The base's power of each pair: −2 · pair / (size − 2), where size / 2 are the pairs.
  const powers = plain.map((_, pair) => -pair / (plain.length - 1));
  return tf.mul(tf.exp(tf.mul(tf.log(growth), asPairs(powers))), asPairs(plain));
}

function longropeFrequencies(
  { short, long, original }: LongropeScaling,
  plain: readonly number[],
  lengths: Tensor,
): Tensor {
  const isLong = tf.cast(tf.greater(lengths, tf.scalar(original, "int32")), "float32");
  const divided = (divisors: readonly number[]) =>
    asPairs(plain.map((each, i) => each / divisors[i]));
  return tf.add(tf.mul(divided(long), isLong), tf.mul(divided(short), tf.sub(1, isLong)));
}

const asPairs = (values: readonly number[]) =>
  tf.tensor3d(Float32Array.from(values), [1, 1, values.length]);
