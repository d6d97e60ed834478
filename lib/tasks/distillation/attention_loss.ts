/**
 * Attention of a model that is to be like that of its teacher.
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { ComparedLayers } from "../../nn/below_head.ts";
import type {
  AttentionVector,
  AttentionVectors,
  LayerAttention,
} from "../../nn/layer_attention.ts";
import type { Objective } from "../../nn/objective.ts";
import type { AttentionRelation, ComparedAttention } from "./attention_options.ts";
import { tokenFeed } from "./token_feeds.ts";

/** Beside the options, what the teacher gave. */
export interface AttentionLossOptions extends ComparedAttention {
  readonly compared: Pick<ComparedLayers, "attention" | "vectors" | "attentionWidth" | "numHeads">;
  /**
   * The vectors of the teacher for each sequence, [tokens, layers · vectors · width], in the order of `compared`.
   */
  readonly taught: readonly Float32Array[];
}

const feedOf = (layer: number, vector: AttentionVector) => `teacher_${vector}_${layer}`;
const normaliserOf = "attention_normaliser";
/** Added to the score of a token that is not seen; its exponential is zero in float32. */
const unseenScore = -1e9;

/**
 * The objective with weight · the mean over rows and layers of how far the attention is from the teacher's. Padding and
 * other examples of a packed row take no part, and each row counts alike, however long it is:
 *
 * - `scores`, `probabilities`: the mean squared difference over heads, queries and keys of Q·Kᵀ ÷ √size, or of its
 *   softmax (Jiao et al., arXiv 1909.10351, eq. 7);
 * - `relations`: the mean over heads and queries of KL(teacher ‖ model) of softmax(A·Bᵀ ÷ √size), for each relation
 *   A-B; their sum (Wang et al., arXiv 2002.10957; with heads of its own arXiv 2012.15828).
 *
 * Maps are made of queries, keys and values, without dropout, whichever way the attention itself is computed.
 */
export function withAttentionLoss(own: Objective, options: AttentionLossOptions): Objective {
  const { compared, taught, weight } = options;
  const { attention: pairs, vectors, attentionWidth: width } = compared;
  const spec: InputSpec = { role: "feed", type: "float32", shape: ["batch", "sequence", width] };
  const fed = pairs.flatMap(([layer]) => vectors.map((vector) => feedOf(layer, vector)));
  const layerAttention: LayerAttention = {
    layers: pairs.map(([layer]) => layer),
    loss(found, feeds) {
      const distances = pairs.map(([layer], at) => {
        const { mask } = found[at];
        const flat = (vector: AttentionVector) =>
          tf.reshape(feeds[feedOf(layer, vector)], [-1, width]) as Tensor;
        const teacher = Object.fromEntries(vectors.map((vector) => [vector, flat(vector)]));
        return distance(found[at], teacher, seenIn(mask), options);
      });
      const sum = distances.reduce((all, each) => tf.add(all, each));
      return tf.mul(tf.div(sum, feeds[normaliserOf]), weight / pairs.length);
    },
  };
  return {
    ...own,
    layerAttention,
    feeds: {
      ...own.feeds,
      ...Object.fromEntries(fed.map((name) => [name, spec])),
      [normaliserOf]: { role: "feed", type: "float32", shape: [] },
    },
    targetsOf(rows, normaliser, about = {}) {
      const { stepRows = rows, layout } = about;
      const chosen = Array.from(rows, (row) => taught[row]);
      const columns = (at: number) => chosen.map((row) => columnsOf(row, at, [width, fed.length]));
      return {
        ...own.targetsOf(rows, normaliser, about),
        ...Object.fromEntries(fed.map((name, at) => [name, tokenFeed(columns(at), width, layout)])),
        [normaliserOf]: { shape: [], data: Float32Array.of(stepRows.length) },
      };
    },
  };
}

/** One of several vectors of each token. */
function columnsOf(
  tokens: Float32Array,
  at: number,
  [width, count]: readonly [number, number],
): Float32Array {
  const stride = width * count;
  const found = new Float32Array(tokens.length / count);
  for (let token = 0; token * stride < tokens.length; token++) {
    const start = token * stride + at * width;
    found.set(tokens.subarray(start, start + width), token * width);
  }
  return found;
}

/** Which tokens belong together, and what each row's tokens count. */
interface Seen {
  /** 1 where a key is of the query's example, [batch, 1, queries, keys]. */
  readonly pairs: Tensor;
  /** The keys of each query's example, at least 1, [batch, 1, queries, 1]. */
  readonly counts: Tensor;
  readonly mask: Tensor;
}

/** @param mask [batch, sequence] int32: 0 for padding, else the token's example */
function seenIn(mask: Tensor): Seen {
  const [batch, sequence] = mask.shape as [number, number];
  const keys = tf.reshape(mask, [batch, 1, 1, sequence]);
  const other = tf.notEqual(tf.reshape(mask, [batch, 1, sequence, 1]), keys);
  const isToken = tf.minimum(tf.cast(keys, "float32"), 1);
  const pairs = tf.mul(tf.sub(1, tf.cast(other, "float32")), isToken) as Tensor;
  return { pairs, counts: tf.maximum(tf.sum(pairs, -1, true), 1), mask };
}

/** How far one layer's attention is from the teacher's, summed over the rows. */
function distance(
  own: AttentionVectors,
  teacher: Readonly<Record<string, Tensor>>,
  seen: Seen,
  { compare, relations, heads: given, compared: { numHeads } }: AttentionLossOptions,
): Tensor {
  if (compare === "relations") {
    const heads = given ?? own.numHeads;
    return relations.map((relation) => {
      const [a, b] = relationVectors(relation);
      const mine = seenScores(productsOf(own[a], own[b], seen, heads), seen);
      const said = seenScores(productsOf(teacher[a], teacher[b], seen, heads), seen);
      return divergence(mine, said, seen, heads);
    }).reduce((sum, each) => tf.add(sum, each));
  }
  const { query, key } = own;
  const both = [
    productsOf(query, key, seen, own.numHeads),
    productsOf(teacher.query, teacher.key, seen, numHeads),
  ].map((scores) => compare === "scores" ? scores : tf.softmax(seenScores(scores, seen)));
  const squares = tf.mul(tf.square(tf.sub(both[0], both[1])), seen.pairs);
  const perQuery = tf.div(tf.sum(squares, -1, true), tf.square(seen.counts));
  return tf.div(tf.sum(perQuery), own.numHeads);
}

/** The two vectors that a relation compares. */
export function relationVectors(
  relation: AttentionRelation,
): readonly [AttentionVector, AttentionVector] {
  const [a, b] = relation.split("-");
  return [a as AttentionVector, b as AttentionVector];
}

/** A·Bᵀ ÷ √size of each head, [batch, heads, queries, keys], of vectors [batch · sequence, width]. */
function productsOf(a: Tensor, b: Tensor, { mask }: Seen, heads: number): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const size = a.shape[1]! / heads;
  const split = (x: Tensor) =>
    tf.transpose(tf.reshape(x, [batch, sequence, heads, size]), [0, 2, 1, 3]);
  return tf.mul(tf.matMul(split(a), split(b), false, true), 1 / Math.sqrt(size));
}

function seenScores(scores: Tensor, { pairs }: Seen): Tensor {
  return tf.add(scores, tf.mul(tf.sub(1, pairs), unseenScore));
}

function divergence(own: Tensor, teacher: Tensor, { pairs, counts }: Seen, heads: number): Tensor {
  const said = tf.logSoftmax(teacher);
  const apart = tf.mul(tf.mul(tf.exp(said), pairs), tf.sub(said, tf.logSoftmax(own)));
  return tf.div(tf.sum(tf.div(tf.sum(apart, -1, true), counts)), heads);
}
