/**
 * How far two embeddings are from each other.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import { rowCosines } from "./loss.ts";

/** The ways to measure. */
export const distanceNames = ["cosine", "euclidean"] as const;

/** `cosine` is 1 − cosine, in [0, 2]; `euclidean` the length of the difference. */
export type DistanceName = typeof distanceNames[number];

/** PyTorch's `pairwise_distance` adds it to each difference, so that none is 0. */
const eps = 1e-6;

/** [rows, size] twice → the distance of each row of `a` from the same row of `b`, [rows]. */
export const distances: Readonly<Record<DistanceName, (a: Tensor, b: Tensor) => Tensor>> = {
  cosine: (a, b) => tf.sub(1, rowCosines(a, b)),
  euclidean: (a, b) => tf.sqrt(tf.sum(tf.square(tf.add(tf.sub(a, b), eps)), 1)),
};
