/**
 * The contract of a loss on the embeddings of a batch, and what such losses share.
 *
 * @module
 */
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Parameter } from "../../nn/method.ts";

/** The groups of a batch, such as pairs: texts whose embeddings a loss compares. */
export interface GroupBatch {
  /**
   * The texts of each group by number: the same number is the same text, all groups have as many. The
   * embeddings of a batch stand in this order: all texts of the first group, then of the second …
   */
  readonly texts: readonly (readonly number[])[];
  /** The score, the label or the number of the class of each group, [groups]; empty where rows have none. */
  readonly scores: Float32Array;
}

/** A loss over groups of texts. One file is one loss. */
export interface EmbeddingLoss {
  /** What the loss is fed beside the embeddings. */
  readonly feeds: Readonly<Record<string, InputSpec>>;
  /** What the loss trains for itself; it finds them among its feeds. */
  readonly parameters?: readonly Parameter[];
  /** True where the loss of a group depends on the other groups of its batch. */
  readonly acrossBatch: boolean;
  /** Embeddings [batch, hidden] → the sum of the groups' losses, a scalar. */
  sum(embeddings: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** What is fed for these groups. */
  targetsOf(batch: GroupBatch): Record<string, HostTensor>;
}

/** An input of whole numbers that says which rows of the embeddings are meant, [dim]. */
export function rowNumbers(dim: string): InputSpec {
  return { role: "feed", type: "int32", shape: [dim] };
}

/** An input of numbers. */
export function numbers(...shape: string[]): InputSpec {
  return { role: "feed", type: "float32", shape };
}

/** The embeddings' rows of the text at `place` of every group, [groups]. */
export function rowsAt(texts: GroupBatch["texts"], place: number): HostTensor {
  const perGroup = texts[0]?.length ?? 0;
  return {
    shape: [texts.length],
    data: Int32Array.from(texts, (_, group) => group * perGroup + place),
  };
}

/** The scores of the groups, [groups]. */
export function scoresOf({ scores }: GroupBatch): HostTensor {
  return { shape: [scores.length], data: scores };
}

/** Squares of shorter vectors count as this, as in PyTorch's `normalize`, whose eps is 1e-12. */
const leastSquare = 1e-24;

/** Vectors [rows, size] of length 1. */
export function unit(vectors: Tensor): Tensor {
  const squares = tf.sum(tf.square(vectors), 1, true);
  return tf.mul(vectors, tf.rsqrt(tf.maximum(squares, leastSquare)));
}

/** The cosine of each row of `a` with the same row of `b`, both [rows, size] → [rows]. */
export function rowCosines(a: Tensor, b: Tensor): Tensor {
  return tf.sum(tf.mul(unit(a), unit(b)), 1);
}
