/**
 * Attention that keeps no weights for the backward pass, and of long rows never has all of them.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";
import {
  type BlockAxis,
  blockOf,
  type BlockSpan,
  joinBlocks,
  pieceOf,
  spansWithin,
  whereThere,
} from "./blocks.ts";

/** What attention reads. */
export interface AttendInputs {
  /** [batch, heads, queries, size] */
  readonly queries: Tensor;
  /** [batch, heads of keys, keys, size]; heads of keys are shared by neighbouring heads of queries */
  readonly keys: Tensor;
  /** [batch, heads of keys, keys, size] */
  readonly values: Tensor;
  /** What `bias` is made of; it takes no gradient. */
  readonly seen: readonly Tensor[];
  /** What dropout of the weights draws from. */
  readonly noise?: Tensor | undefined;
}

/** A block of queries with the keys that any of them may see; all of them unless given. */
export interface AttendBlock {
  readonly queries: BlockSpan;
  readonly keys: BlockSpan;
}

/** Blocks of queries, computed one after the other. */
export interface AttendBlocks {
  readonly queries: readonly BlockSpan[];
  /** Parts of the keys; their gradients are added up part by part. */
  readonly keys: readonly BlockSpan[];
  /** For each block of queries the first and the last part of the keys that it reads. */
  readonly reads: readonly (readonly [number, number])[];
}

/** How it attends. */
export interface AttendOptions {
  /** The factor of the products of queries and keys. */
  readonly scale: number;
  /** Absent where all queries are computed at once. */
  readonly blocks?: AttendBlocks | undefined;
  /** Added to the scores, [batch, 1, queries or 1, keys], of a block where there are several. */
  bias(seen: readonly Tensor[], block: AttendBlock | undefined): Tensor;
  /** Dropout of a block's weights [batch, heads, queries, keys]; the same each time, given the noise. */
  drop?(weights: Tensor, noise: Tensor, block: number): Tensor;
}

const whole: BlockSpan = { begin: 0 };

/**
 * softmax(scale · q·kᵀ + bias)·v, [batch, heads, queries, size]. The backward pass computes the weights a
 * second time, and the sum that softmax's gradient needs of each row is that of y·dy (Dao et al.,
 * FlashAttention, arXiv 2205.14135). Cut into blocks of queries, one after the other, it has the weights of
 * one block at a time. A block has all keys that it may see, so that its softmax needs no running maximum.
 */
export function attend(inputs: AttendInputs, options: AttendOptions): Tensor {
  const { queries, keys, values, seen, noise } = inputs;
  const given = [...seen, ...noise ? [noise] : []];
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args as unknown as Tensor[];
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    const value = forward({ queries: q, keys: k, values: v, seen, noise }, options);
    save([q, k, v, value, ...given]);
    return {
      value,
      gradFunc(dy: Tensor, [queries, keys, values, y, ...given]: Tensor[]) {
        const seen = noise ? given.slice(0, -1) : given;
        const again = { queries, keys, values, seen, noise: noise && given.at(-1) };
        return backward(again, options, y, dy);
      },
    };
  });
  return run(queries, keys, values);
}

/** A block of queries on its way through both passes. */
interface Part extends AttendBlock {
  readonly number: number;
  /** Absent where all queries are one block. */
  readonly block: AttendBlock | undefined;
  /** The parts of the keys that it reads. */
  readonly reads: readonly number[];
}

function partsOf({ queries }: AttendInputs, { blocks }: AttendOptions): Part[] {
  if (!blocks) return [{ number: 0, block: undefined, queries: whole, keys: whole, reads: [0] }];
  return spansWithin(blocks.queries, queries.shape[2]!).map((queries, number) => {
    const [first, last] = blocks.reads[number];
    const { end } = blocks.keys[last];
    const keys = { begin: blocks.keys[first].begin, ...(end === undefined ? {} : { end }) };
    const reads = blocks.keys.flatMap((_, i) => i >= first && i <= last ? [i] : []);
    return { number, block: { queries, keys }, queries, keys, reads };
  });
}

/** What a block reads of keys or values. */
function readBy({ keys }: Part, x: Tensor): Tensor {
  return blockOf(x, keys, axisOf(x));
}

const axisOf = (x: Tensor): BlockAxis => ({ axis: 2, whole: x.shape[2]! });

/** Heads that share keys as further queries of one head, so that no key is repeated. */
function grouped(x: Tensor, keys: Tensor): Tensor {
  const [batch, heads, rows, columns] = x.shape as [number, number, number, number];
  const own = keys.shape[1]!;
  return heads === own ? x : tf.reshape(x, [batch, own, heads / own * rows, columns]);
}

const forEach = (x: Tensor, like: Tensor): Tensor =>
  tf.reshape(x, [...like.shape.slice(0, 3), x.shape[3]!]);

/** A block's weights [batch, heads, queries, keys], before dropout. */
function weightsOf(
  q: Tensor,
  k: Tensor,
  seen: readonly Tensor[],
  { block }: Part,
  { scale, bias }: AttendOptions,
): Tensor {
  const products = tf.mul(tf.matMul(grouped(q, k), k, false, true), scale);
  return tf.softmax(tf.add(forEach(products, q), bias(seen, block)));
}

function forward(inputs: AttendInputs, options: AttendOptions): Tensor {
  const { queries, keys, values, seen, noise } = inputs;
  const made: Tensor[] = [];
  for (const part of partsOf(inputs, options)) {
    const event = made.at(-1) ?? queries;
    // Several blocks wait for each other; and each layer makes its masks anew, which together are large.
    const waiting = (x: Tensor) => part.block ? after(x, event) : x;
    const cut = blockOf(queries, part.queries, axisOf(queries));
    const q = made.length === 0 ? cut : waiting(cut);
    const [k, v] = [keys, values].map((x) => readBy(part, x));
    const weights = weightsOf(q, k, seen.map(waiting), part, options);
    const kept = noise && options.drop
      ? options.drop(weights, waiting(noise), part.number)
      : weights;
    made.push(forEach(tf.matMul(grouped(kept, k), v), q));
  }
  return joined(made, queries);
}

function backward(inputs: AttendInputs, options: AttendOptions, y: Tensor, dy: Tensor): Tensor[] {
  const { queries, keys, values, seen, noise } = inputs;
  const sums = tf.sum(tf.mul(dy, y), -1, true);
  const byQueries: Tensor[] = [];
  const byKeys = new Map<number, Tensor>();
  const byValues = new Map<number, Tensor>();
  let events = [dy];
  for (const part of partsOf(inputs, options)) {
    const waiting = (x: Tensor) => after(x, ...events);
    const cut = (x: Tensor) => blockOf(x, part.queries, axisOf(queries));
    const there = (x: Tensor) => whereThere(cut(x), part.queries, axisOf(queries));
    const q = waiting(cut(queries));
    const [k, v] = [keys, values].map((x) => readBy(part, x));
    const weights = weightsOf(q, k, part.block ? seen.map(waiting) : seen, part, options);
    const drawn = noise && waiting(noise);
    const drop = (x: Tensor) => drawn && options.drop ? options.drop(x, drawn, part.number) : x;
    const dyHere = grouped(there(dy), k);
    const byWeights = drop(forEach(tf.matMul(dyHere, v, false, true), q));
    const byScores = grouped(tf.mul(weights, tf.sub(byWeights, there(sums))), k);
    const found = [
      tf.mul(tf.matMul(byScores, k), options.scale),
      tf.mul(tf.matMul(byScores, grouped(q, k), true), options.scale),
      tf.matMul(grouped(drop(weights), k), dyHere, true),
    ];
    byQueries.push(forEach(found[0], q));
    add(byKeys, found[1], part, options, keys);
    add(byValues, found[2], part, options, keys);
    events = found;
  }
  const together = (parts: ReadonlyMap<number, Tensor>) =>
    joined([...parts.keys()].sort((a, b) => a - b).map((i) => parts.get(i)!), keys);
  return [joined(byQueries, queries), together(byKeys), together(byValues)];
}

const joined = (blocks: readonly Tensor[], like: Tensor) => joinBlocks(blocks, axisOf(like));

/** Adds a block's gradient to those of the parts of the keys that it has read. */
function add(
  sums: Map<number, Tensor>,
  gradient: Tensor,
  part: Part,
  { blocks }: AttendOptions,
  keys: Tensor,
): void {
  for (const read of part.reads) {
    const own = pieceOf(gradient, blocks?.keys[read] ?? whole, axisOf(keys), part.keys);
    const sum = sums.get(read);
    sums.set(read, sum ? tf.add(sum, own) : own);
  }
}
