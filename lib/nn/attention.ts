/**
 * Scaled dot-product attention (Vaswani et al., arXiv 1706.03762) over padded or packed rows, in both
 * directions or causal, with heads of keys and values of their own or shared (Ainslie et al., arXiv
 * 2305.13245), over all tokens or a sliding window (Beltagy et al., arXiv 2004.05150).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { AttentionCall, CrossAttentionCall } from "./attention_call.ts";
import type { ExtendedKeysValues, KeyValueCache } from "./key_value_cache.ts";
import type { AttachedMethod, HookContext, KeysValues } from "./method.ts";

/** Added to the score of a position that must not be seen; its exponential is zero in float32. */
const maskedScore = -1e9;

/** What acts on keys and values. */
export interface AttentionOptions {
  readonly adapter: AttachedMethod | undefined;
  readonly cache: KeyValueCache | undefined;
}

/** Mixes the values: [batch · queries, numHeads · headSize]. */
export function attention(
  net: HookContext,
  call: AttentionCall,
  { adapter, cache }: AttentionOptions,
): Tensor {
  if (cache?.attend) return cache.attend(call);
  const own = ownKeysValues(call);
  return mixedValues(net, call, cache?.extend(call.layer, own) ?? { segments: [own] }, adapter);
}

/** The same of a decoder's queries over an encoder's tokens, which a cache may remember. */
export function crossAttention(
  net: HookContext,
  { keysValues, ...call }: CrossAttentionCall,
  { adapter, cache }: AttentionOptions,
): Tensor {
  const own = () => ownKeysValues({ ...call, ...keysValues() });
  const given = cache?.crossed ? cache.crossed(call.layer, own) : own();
  const whole = { ...call, queryMask: undefined, site: "cross" } as const;
  return mixedValues(net, whole, { segments: [given] }, adapter);
}

type HeadSizes = Pick<AttentionCall, "query" | "mask" | "numHeads" | "numKeyValueHeads">;

/** [batch · positions, heads · size] → [batch, heads, positions, size] */
function inHeads(
  x: Tensor,
  { query, mask, numHeads }: HeadSizes,
  positions: number,
  heads: number,
): Tensor {
  const size = query.shape[1]! / numHeads;
  return tf.transpose(tf.reshape(x, [mask.shape[0], positions, heads, size]), [0, 2, 1, 3]);
}

function ownKeysValues(
  { key, value, ...call }: HeadSizes & Pick<AttentionCall, "key" | "value">,
): KeysValues {
  const { mask, numHeads, numKeyValueHeads = numHeads } = call;
  const split = (x: Tensor) => inHeads(x, call, mask.shape[1]!, numKeyValueHeads);
  return { keys: split(key), values: split(value), mask };
}

function mixedValues(
  net: HookContext,
  call: Omit<AttentionCall, "key" | "value">,
  { segments: [first, ...others], ...seen }:
    & Pick<ExtendedKeysValues, "segments">
    & Partial<ExtendedKeysValues>,
  adapter: AttachedMethod | undefined,
): Tensor {
  const { layer, site, query, mask, numHeads, dropout } = call;
  const { numKeyValueHeads = numHeads } = call;
  const batch = mask.shape[0];
  const width = query.shape[1]!;
  const size = width / numHeads;
  const queries = query.shape[0] / batch;
  const given = adapter?.keysValues?.(layer, first, net, site) ?? first;
  const prefix = given.mask.shape[1]! - first.mask.shape[1]!;
  const segments = [given, ...others];
  // Heads that share keys are further queries of one head, so that no key is repeated.
  const shared = numHeads / numKeyValueHeads;
  const group = (x: Tensor) =>
    shared === 1 ? x : tf.reshape(x, [batch, numKeyValueHeads, shared * queries, x.shape[3]!]);
  const ungroup = (x: Tensor) =>
    shared === 1 ? x : tf.reshape(x, [batch, numHeads, queries, x.shape[3]!]);
  const asking = group(inHeads(query, call, queries, numHeads));
  const all = { ...call, ...seen };
  const hidden = biasOf(all, given.mask, prefix);
  const together = (mixed: Tensor) =>
    // [batch, numHeads, queries, size]
    tf.reshape(tf.transpose(ungroup(mixed), [0, 2, 1, 3]), [-1, width]);
  if (keepsNoWeights(call, segments.length)) {
    const { keys, values } = given;
    const scale = call.scale ?? 1 / Math.sqrt(size);
    const options = { heads: numHeads, queries, scale };
    return together(ops.attend({ queries: asking, keys, values, bias: hidden }, options));
  }
  const products = joined(segments.map(({ keys }) => tf.matMul(asking, keys, false, true)));
  const scores = withBias(ungroup(scaled(products, size, call)), all, given.mask, prefix);
  const weights = net.dropout(tf.softmax(tf.add(scores, hidden)), dropout);
  return together(mix(group(weights), segments));
}

/**
 * True for the attention of decoders, whose long rows would keep large weights, where it is nothing but
 * a masked softmax.
 */
function keepsNoWeights(
  { positions, causal = true, softCap, bias, dropout }: Omit<AttentionCall, "key" | "value">,
  segments: number,
): boolean {
  const isPlain = softCap === undefined && bias === undefined && dropout === 0;
  return positions !== undefined && causal && isPlain && segments === 1;
}

/** The products of queries and keys as scores. */
function scaled(
  products: Tensor,
  size: number,
  { softCap, scale }: Pick<AttentionCall, "softCap" | "scale">,
): Tensor {
  const factor = scale ?? 1 / Math.sqrt(size);
  if (softCap === undefined) return factor === 1 ? products : tf.mul(products, factor);
  return tf.mul(tf.tanh(tf.mul(products, factor / softCap)), softCap);
}

/** Scores of all segments beside each other. */
function joined(scores: readonly Tensor[]): Tensor {
  return scores.length === 1 ? scores[0] : tf.concat([...scores], -1);
}

/** The values of all segments, weighted. */
function mix(weights: Tensor, segments: readonly { readonly values: Tensor }[]): Tensor {
  if (segments.length === 1) return tf.matMul(weights, segments[0].values);
  const parts = tf.split(weights, segments.map(({ values }) => values.shape[2]!), -1);
  return segments.map(({ values }, i) => tf.matMul(parts[i], values))
    .reduce((sum, part) => tf.add(sum, part));
}

/**
 * What is added to scores [batch, heads, queries, keys]. The same in all layers, so that a compiled
 * program makes it once.
 */
function biasOf(
  { mask, queryMask, positions, window, causal = true }: Omit<AttentionCall, "key" | "value">,
  extended: Tensor,
  prefix: number,
): Tensor {
  if (!positions || !causal) {
    if (window !== undefined) {
      throw new TunebookError("unsupported", "attention with a window needs positions");
    }
    return queryMask ? afterPrefix(foreign(queryMask, mask), prefix) : paddingBias(extended);
  }
  const keys = asKeys(positions.keys);
  const queries = asQueries(positions.queries);
  const later = tf.cast(tf.greater(keys, queries), "float32");
  const unseen = window === undefined ? later : tf.add(later, earlier(keys, queries, window));
  const hidden = tf.add(queryMask ? foreign(queryMask, mask) : absent(asKeys(mask)), unseen);
  return afterPrefix(tf.minimum(hidden, 1), prefix);
}

/** 1 where a key stands before the window of the query, [batch, 1, queries, keys]. */
function earlier(keys: Tensor, queries: Tensor, window: number): Tensor {
  const first = tf.sub(queries, tf.scalar(window - 1, "int32"));
  return tf.cast(tf.less(keys, first), "float32");
}

/** The scores with what the family adds to them. A method's prefix stands right before the keys. */
function withBias(
  scores: Tensor,
  { positions, bias }: Pick<AttentionCall, "positions" | "bias">,
  extended: Tensor,
  prefix: number,
): Tensor {
  if (!bias || !positions) return scores;
  const { keys, queries } = positions;
  if (prefix === 0) return tf.add(scores, bias(positions));
  const [rows] = keys.shape as [number, number];
  const before = tf.slice(extended, [0, 0], [rows, prefix]); // ones
  const first = tf.slice(keys, [0, 0], [rows, 1]);
  const steps = tf.sub(tf.cumsum(before, 1, true), tf.sum(before, 1, true)); // … −2, −1
  return tf.add(scores, bias({ keys: tf.concat([tf.add(first, steps), keys], 1), queries }));
}

const asKeys = (x: Tensor) => tf.reshape(x, [x.shape[0], 1, 1, x.shape[1]!]);
const asQueries = (x: Tensor) => tf.reshape(x, [x.shape[0], 1, x.shape[1]!, 1]);
const absent = (mask: Tensor) => tf.sub(1, tf.cast(mask, "float32"));

/** [batch, 1, 1, sequence], so that no query sees padding. */
function paddingBias(mask: Tensor): Tensor {
  return asKeys(tf.mul(absent(mask), maskedScore));
}

/**
 * 1 where a token is of another example than the query's, [batch, 1, queries, sequence]. Padding sees
 * padding, which nobody reads.
 */
function foreign(queryMask: Tensor, mask: Tensor): Tensor {
  return tf.cast(tf.notEqual(asQueries(queryMask), asKeys(mask)), "float32");
}

/** The bias where `hidden` is 1, behind a prefix that a method put first and that all see. */
function afterPrefix(hidden: Tensor, prefix: number): Tensor {
  const bias = tf.mul(hidden, maskedScore);
  return prefix === 0 ? bias : tf.pad(bias, [[0, 0], [0, 0], [0, 0], [prefix, 0]]);
}
