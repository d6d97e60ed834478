/**
 * Scaled dot-product attention (Vaswani et al., arXiv 1706.03762) over padded or packed rows, in both
 * directions or causal, with heads of keys and values of their own or shared (Ainslie et al., arXiv
 * 2305.13245), over all tokens or a sliding window (Beltagy et al., arXiv 2004.05150).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { ops, type Tensor, tf } from "../engine/mod.ts";
import { attentionBlocks, blockOfSeen } from "./attention_blocks.ts";
import type { AttentionCall, CrossAttentionCall } from "./attention_call.ts";
import type { ExtendedKeysValues, KeyValueCache } from "./key_value_cache.ts";
import type { AttachedMethod, HookContext, KeysValues } from "./method.ts";

/** Added to the score of a position that must not be seen; its exponential is zero in float32. */
const maskedScore = -1e9;

/** What acts on keys and values, and how long rows may be. */
export interface AttentionOptions {
  readonly adapter: AttachedMethod | undefined;
  readonly cache: KeyValueCache | undefined;
  /** The tokens of the longest row, where it is known. */
  readonly longest?: number | undefined;
  /** Dropout of blocks of weights; absent in evaluation mode. */
  dropBlocks?(probability: number, blocks: number): BlockDropout;
  /** Is told the weights of each layer that has them as a whole, [batch, heads, queries, keys]. */
  observe?: ((layer: number, weights: Tensor) => void) | undefined;
}

/** Dropout that is drawn again in the backward pass. */
export interface BlockDropout {
  readonly noise: Tensor;
  drop(weights: Tensor, noise: Tensor, block: number): Tensor;
}

/** Mixes the values: [batch · queries, numHeads · headSize]. */
export function attention(
  net: HookContext,
  call: AttentionCall,
  { cache, ...options }: AttentionOptions,
): Tensor {
  if (cache?.attend) return cache.attend(call);
  const own = ownKeysValues(call);
  return mixedValues(net, call, cache?.extend(call.layer, own) ?? { segments: [own] }, options);
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
  // A target's queries over a source's keys are computed at once, however long both are.
  return mixedValues(net, whole, { segments: [given] }, { adapter });
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
  options: Omit<AttentionOptions, "cache">,
): Tensor {
  const { layer, site, query, mask, numHeads, dropout } = call;
  const { numKeyValueHeads = numHeads } = call;
  const batch = mask.shape[0];
  const width = query.shape[1]!;
  const size = width / numHeads;
  const queries = query.shape[0] / batch;
  const given = options.adapter?.keysValues?.(layer, first, net, site) ?? first;
  const prefix = given.mask.shape[1]! - first.mask.shape[1]!;
  const segments = [given, ...others];
  const asking = inHeads(query, call, queries, numHeads);
  const all = { ...call, ...seen };
  const together = (mixed: Tensor) =>
    // [batch, numHeads, queries, size]
    tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]);
  const blocks = segments.length === 1 ? blocksOf(call, queries, prefix, options) : undefined;
  if (blocks || keepsNoWeights(call, segments.length)) {
    const scale = call.scale ?? 1 / Math.sqrt(size);
    return together(
      attended({ ...given, queries: asking }, all, { ...options, prefix, scale, blocks }),
    );
  }
  // Heads that share keys are further queries of one head, so that no key is repeated.
  const shared = numHeads / numKeyValueHeads;
  const group = (x: Tensor) =>
    shared === 1 ? x : tf.reshape(x, [batch, numKeyValueHeads, shared * queries, x.shape[3]!]);
  const ungroup = (x: Tensor) =>
    shared === 1 ? x : tf.reshape(x, [batch, numHeads, queries, x.shape[3]!]);
  const grouped = group(asking);
  const products = joined(segments.map(({ keys }) => tf.matMul(grouped, keys, false, true)));
  const scores = withBias(ungroup(scaled(products, size, call)), all, given.mask, prefix);
  const masked = call.seesAll ? scores : tf.add(scores, biasOf(all, given.mask, prefix));
  const shares = tf.softmax(masked);
  options.observe?.(layer, shares);
  const weights = net.dropout(shares, dropout, "weights");
  return together(ungroup(mix(group(weights), segments)));
}

/** True where attention is nothing but a masked softmax of its scores. */
function isPlain({ softCap, bias }: Pick<AttentionCall, "softCap" | "bias">): boolean {
  return softCap === undefined && bias === undefined;
}

/** True for the attention of decoders, whose long rows would keep large weights. */
function keepsNoWeights(
  call: Omit<AttentionCall, "key" | "value">,
  segments: number,
): boolean {
  const { positions, causal = true, dropout } = call;
  return positions !== undefined && causal && isPlain(call) && dropout === 0 && segments === 1;
}

/**
 * The blocks of long rows. Bounded scores and those with a bias of their own (Gemma 2, T5), and queries that
 * are not all tokens of the row, are computed at once.
 */
function blocksOf(
  call: Omit<AttentionCall, "key" | "value">,
  queries: number,
  prefix: number,
  { longest }: Pick<AttentionOptions, "longest">,
): ops.AttendBlocks | undefined {
  if (longest === undefined || !isPlain(call) || queries !== call.mask.shape[1]) return undefined;
  return attentionBlocks({ ...call, longest, prefix });
}

/** What a masked softmax is computed by. */
interface AttendedOptions extends Pick<AttentionOptions, "dropBlocks"> {
  readonly prefix: number;
  readonly scale: number;
  readonly blocks: ops.AttendBlocks | undefined;
}

function attended(
  { queries, keys, values, mask: extended }: KeysValues & { readonly queries: Tensor },
  call: Omit<AttentionCall, "key" | "value">,
  { prefix, scale, blocks, dropBlocks }: AttendedOptions,
): Tensor {
  const { mask, queryMask, positions, window, causal } = call;
  const seen = { extended, mask, queryMask, keys: positions?.keys, queries: positions?.queries };
  const names = (Object.keys(seen) as (keyof typeof seen)[]).filter((name) => seen[name]);
  const dropout = blocks && call.dropout > 0
    ? dropBlocks?.(call.dropout, blocks.queries.length)
    : undefined;
  return ops.attend(
    { queries, keys, values, seen: names.map((name) => seen[name]!), noise: dropout?.noise },
    {
      scale,
      blocks,
      bias(given, block) {
        const of = (name: keyof typeof seen) => given[names.indexOf(name)];
        const here = block ? blockOfSeen(of, block) : of;
        const [keys, queries] = [here("keys"), here("queries")];
        const own = {
          mask: here("mask"),
          queryMask: here("queryMask"),
          window,
          ...(causal === undefined ? {} : { causal }),
          ...(keys && queries ? { positions: { keys, queries } } : {}),
        };
        return biasOf(own, here("extended"), prefix);
      },
      ...(dropout ? { drop: dropout.drop } : {}),
    },
  );
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

/** What says which keys a query sees. */
type Seen = Pick<AttentionCall, "mask" | "queryMask" | "positions" | "window" | "causal">;

/**
 * What is added to scores [batch, heads, queries, keys]. The same in all layers, so that a compiled
 * program makes it once.
 */
function biasOf(
  { mask, queryMask, positions, window, causal = true }: Seen,
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
  const { keys } = positions;
  if (prefix === 0) return tf.add(scores, bias(positions));
  const [rows] = keys.shape as [number, number];
  const before = tf.slice(extended, [0, 0], [rows, prefix]); // ones
  const first = tf.slice(keys, [0, 0], [rows, 1]);
  const steps = tf.sub(tf.cumsum(before, 1, true), tf.sum(before, 1, true)); // … −2, −1
  return tf.add(scores, bias({ ...positions, keys: tf.concat([tf.add(first, steps), keys], 1) }));
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
