/**
 * Tokens → the vector of each text, in the graph and on the host.
 *
 * @module
 */
import { type HostTensor, type Tensor, tf } from "../../engine/mod.ts";
import type { Packing, TextBatch } from "../../nn/family.ts";
import type { PoolingName, SentenceSettings } from "../../text/sentence_settings.ts";
import { unit } from "./loss.ts";

/**
 * The vectors of a batch's texts.
 *
 * @param tokens [batch · sequence, hidden], packed or padded on either side
 * @returns [texts, hidden]
 */
export function poolTokens(
  tokens: Tensor,
  batch: Pick<TextBatch, "mask" | "packing">,
  { pooling, normalize }: SentenceSettings,
): Tensor {
  const hidden = tokens.shape[1]!;
  const pooled = batch.packing
    ? tf.matMul(packedShares(batch.packing, pooling), tokens)
    : padded(tokens, batch.mask, pooling, hidden);
  return normalize ? unit(pooled) : pooled;
}

function padded(tokens: Tensor, mask: Tensor, pooling: PoolingName, hidden: number): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const shares = tf.reshape(paddedShares(mask, pooling), [batch, 1, sequence]);
  const sums = tf.matMul(shares, tf.reshape(tokens, [batch, sequence, hidden]));
  return tf.reshape(sums, [batch, hidden]);
}

/** What each token counts in its text's vector, [batch, sequence]. */
function paddedShares(mask: Tensor, pooling: PoolingName): Tensor {
  const counts = tf.cast(mask, "float32");
  const total = tf.sum(counts, 1, true);
  if (pooling === "mean") return tf.div(counts, total);
  const number = tf.mul(tf.cumsum(counts, 1), counts); // 1, 2, 3 … and 0 for padding
  return tf.cast(tf.equal(number, pooling === "cls" ? tf.onesLike(total) : total), "float32");
}

/** What each token counts in the vector of each text, [texts, rows · sequence]. */
function packedShares({ positions, firsts, exampleIndex }: Packing, pooling: PoolingName): Tensor {
  const position = tf.reshape(positions, [1, -1]);
  const number = tf.cumsum(tf.onesLike(position), 1, true);
  const first = tf.reshape(tf.gather(tf.reshape(firsts, [-1]), exampleIndex), [-1, 1]);
  // Padding counts as a token of its own, which is the first of no text.
  const own = tf.cast(tf.equal(tf.sub(number, position), first), "float32");
  const total = tf.sum(own, 1, true);
  if (pooling === "mean") return tf.div(own, total);
  const asked = pooling === "cls" ? tf.zerosLike(total) : tf.sub(total, 1);
  return tf.mul(own, tf.cast(tf.equal(tf.cast(position, "float32"), asked), "float32"));
}

/** PyTorch's least length of a vector that is made to length 1. */
const leastLength = 1e-12;

/**
 * The same on the host, for what an exported model gave of a padded batch.
 *
 * @param tokens [batch, sequence, hidden]
 * @param lengths tokens of each text, which stand from the left
 * @returns one vector [hidden] for each text
 */
export function poolOnHost(
  { shape, data }: HostTensor,
  lengths: readonly number[],
  { pooling, normalize }: SentenceSettings,
): Float32Array[] {
  const [, sequence, hidden] = shape;
  return lengths.map((length, text) => {
    const from = pooling === "last" ? length - 1 : 0;
    const to = pooling === "cls" ? 1 : length;
    const sums = new Float64Array(hidden);
    for (let token = from; token < to; token++) {
      const start = (text * sequence + token) * hidden;
      for (let at = 0; at < hidden; at++) sums[at] += data[start + at];
    }
    const mean = sums.map((sum) => sum / (to - from));
    const norm = Math.sqrt(mean.reduce((total, each) => total + each * each, 0));
    const by = normalize ? 1 / Math.max(norm, leastLength) : 1;
    return Float32Array.from(mean, (each) => each * by);
  });
}
