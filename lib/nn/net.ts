/**
 * The layers that an architecture calls. Each looks up its weights by path and lets the attached
 * method act at its place, so that an architecture knows nothing of methods.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { ops, type PackedLayout, type Tensor, tf } from "../engine/mod.ts";
import type { AttachedAdapter, HookContext, InputTokens } from "./adapter.ts";
import { packedNames } from "./model.ts";

/** Added to the score of a padded position; its exponential is zero in float32. */
const maskedScore = -1e9;

/** The layers of a model, bound to weights, a method and a mode. */
export interface Net {
  /** x [tokens, inputs] → [tokens, outputs]. */
  linear(path: string, x: Tensor): Tensor;
  /** Normalises the last axis. */
  layerNorm(path: string, x: Tensor, epsilon: number): Tensor;
  /** Rows of a table for ids of any shape. */
  embedding(path: string, ids: Tensor): Tensor;
  /** Dropout in training, nothing otherwise. */
  dropout(x: Tensor, rate: number): Tensor;
  /** The position of the sequence's first token: after a method's prefix. */
  readonly firstPosition: number;
  /** The same layers in evaluation mode. */
  withoutDropout(): Net;
  /** Lets a method put virtual tokens before the sequence. */
  input(tokens: InputTokens): InputTokens;
  /** Attention of every position to all positions that the mask allows. */
  attention(call: AttentionCall): Tensor;
  /**
   * A part of the model that is computed a second time in the backward pass where training was
   * asked to save memory. It must take from outside only what it is given.
   */
  part(x: Tensor, mask: Tensor, compute: (net: Net, x: Tensor, mask: Tensor) => Tensor): Tensor;
}

/** One layer's attention. */
export interface AttentionCall {
  /** The layer, counted from 0. */
  readonly layer: number;
  /** [batch · queries, width]; fewer queries than the sequence where not all rows are needed */
  readonly query: Tensor;
  /** [batch · sequence, width], as `value` */
  readonly key: Tensor;
  readonly value: Tensor;
  /** [batch, sequence] int32: 0 for padding, else 1 or the token's example in a packed row */
  readonly mask: Tensor;
  /** The same of the queries where rows are packed: each sees the tokens of its own example only. */
  readonly queryMask: Tensor | undefined;
  readonly heads: number;
  /** Dropout of the attention weights. */
  readonly dropout: number;
}

/** What a net is bound to. */
export interface NetOptions {
  /** A weight or an adapter's parameter by path. */
  tensor(path: string): Tensor;
  readonly adapter?: AttachedAdapter;
  /** The linears' weights that are held in fewer bits. */
  readonly packed?: ReadonlyMap<string, PackedLayout>;
  /** Uniform noise for dropout; without it the net is in evaluation mode. */
  readonly noise?: Tensor;
  /** The rows of a table for token ids, where the table holds only some rows. */
  places?(table: string, ids: Tensor): Tensor;
  /** About how many tokens a batch has, where that is known. */
  readonly tokens?: number;
  /** Paths of what is trained: where given, parts are recomputed in the backward pass. */
  readonly recomputeFor?: ReadonlySet<string>;
}

/** Binds the layers. `sites` counts the places of dropout, which differ in their masks. */
export function createNet(options: NetOptions, sites = { count: 0 }): Net & HookContext {
  const { tensor, adapter, packed, noise, places = (_, ids) => ids } = options;
  const net: Net & HookContext = {
    parameter: tensor,
    weight(path) {
      if (!packed?.has(path)) return tensor(path);
      throw new TunebookError(
        "unsupported",
        `${path} is quantised, but the method computes with the whole matrix. Use a method that ` +
          "leaves it as it is, such as lora, or do not quantise the model.",
      );
    },
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    firstPosition: adapter?.prefixTokens ?? 0,
    linear(path, given) {
      const x = adapter?.linearInput?.(path, given, net) ?? given;
      const name = `${path}.weight`;
      const layout = packed?.get(name);
      // A matrix in fewer bits is never there as a whole, so that nothing can be added to it.
      const changed = layout ? undefined : adapter?.weight?.(path, tensor(name), net);
      const product = layout
        ? ops.packedMatMul(x, heldIn(tensor, name), layout)
        : tf.matMul(x, changed ?? tensor(name), false, true);
      const y = tf.add(product, tensor(`${path}.bias`));
      return changed ? y : adapter?.output?.(path, x, y, net) ?? y;
    },
    layerNorm: (path, x, epsilon) =>
      ops.layerNorm(x, tensor(`${path}.weight`), tensor(`${path}.bias`), epsilon),
    embedding: (path, ids) =>
      ops.embedding(tensor(`${path}.weight`), places(`${path}.weight`, ids)),
    withoutDropout() {
      const { noise: _, ...silent } = options;
      return noise ? createNet(silent) : net;
    },
    dropout: (x, rate) => noise && rate > 0 ? ops.dropout(x, rate, noise, ++sites.count) : x,
    input: (tokens) => adapter?.input?.(tokens, net) ?? tokens,
    attention: (call) => attention(net, adapter, call),
    part: (x, mask, compute) =>
      options.recomputeFor
        ? recomputedPart(options, options.recomputeFor, sites, { x, mask, compute })
        : compute(net, x, mask),
  };
  return net;
}

/** A matrix in fewer bits, as the program has it. */
function heldIn(tensor: NetOptions["tensor"], name: string): { codes: Tensor; scales: Tensor } {
  const { codes, scales } = packedNames(name);
  return { codes: tensor(codes), scales: tensor(scales) };
}

function recomputedPart(
  options: NetOptions,
  trained: ReadonlySet<string>,
  sites: { count: number },
  { x, mask, compute }: { x: Tensor; mask: Tensor; compute: Parameters<Net["part"]>[2] },
): Tensor {
  const { noise } = options;
  const first = sites.count;
  const read = new Map<string, Tensor>();
  const tensor = (path: string) => {
    const found = options.tensor(path);
    if (trained.has(path)) read.set(path, found);
    return found;
  };
  const run = (x: Tensor, [mask, noise]: readonly Tensor[]) => {
    // The same places draw the same masks both times.
    sites.count = first;
    const { noise: _, ...silent } = options;
    return compute(createNet({ ...silent, tensor, ...(noise ? { noise } : {}) }, sites), x, mask);
  };
  const fixed = noise ? [mask, noise] : [mask];
  return ops.recompute(run, { x, fixed, trained: () => [...read.values()] });
}

/** Scaled dot-product attention (Vaswani et al., arXiv 1706.03762). */
function attention(
  net: Net & HookContext,
  adapter: AttachedAdapter | undefined,
  { layer, query, key, value, mask, queryMask, heads, dropout }: AttentionCall,
): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const width = query.shape[1]!;
  const size = width / heads;
  const queries = query.shape[0] / batch;
  const split = (x: Tensor, positions: number) =>
    tf.transpose(tf.reshape(x, [batch, positions, heads, size]), [0, 2, 1, 3]);
  const plain = { keys: split(key, sequence), values: split(value, sequence), mask };
  const given = adapter?.keysValues?.(layer, plain, net) ?? plain;
  const scores = tf.mul(
    tf.matMul(split(query, queries), given.keys, false, true),
    1 / Math.sqrt(size),
  );
  const bias = queryMask ? blockBias(queryMask, mask, given.mask) : paddingBias(given.mask);
  const weights = net.dropout(tf.softmax(tf.add(scores, bias)), dropout);
  const mixed = tf.matMul(weights, given.values); // [batch, heads, queries, size]
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]);
}

/** What is added to scores [batch, heads, queries, sequence] so that no query sees padding. */
function paddingBias(mask: Tensor): Tensor {
  const absent = tf.mul(tf.sub(1, tf.cast(mask, "float32")), maskedScore);
  return tf.reshape(absent, [mask.shape[0], 1, 1, mask.shape[1]!]);
}

/**
 * What is added to scores so that each query sees the tokens of its own example only, and all of a
 * prefix that a method put before them. The same in all layers, so that a compiled program makes it
 * once. Padding sees padding, which nobody reads.
 */
function blockBias(queryMask: Tensor, mask: Tensor, extended: Tensor): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const asking = tf.reshape(queryMask, [batch, 1, queryMask.shape[1]!, 1]);
  const foreign = tf.notEqual(asking, tf.reshape(mask, [batch, 1, 1, sequence]));
  const bias = tf.mul(tf.cast(foreign, "float32"), maskedScore);
  const prefix = extended.shape[1]! - sequence;
  return prefix === 0 ? bias : tf.pad(bias, [[0, 0], [0, 0], [0, 0], [prefix, 0]]);
}

/** 1, 2, 3 … in each row: whose the slots of a packed row are. */
export function slotNumbers(firsts: Tensor): Tensor {
  return tf.cumsum(tf.onesLike(firsts), 1);
}

/** The first position of each row: [batch · sequence, width] → [batch, width]. */
export function firstOfEachRow(x: Tensor, mask: Tensor): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const width = x.shape[1]!;
  const whole = tf.reshape(x, [batch, sequence, width]);
  return tf.reshape(tf.slice(whole, [0, 0, 0], [batch, 1, width]), [batch, width]);
}
