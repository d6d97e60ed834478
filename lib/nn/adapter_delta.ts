/**
 * What a trained method does to a model, as numbers. Every method that changes linears does so by
 * one affine change, and affine changes one after the other are one again: adapters can stand side by
 * side on a base that none of them changes, and act together.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { AttentionSite } from "./attention_site.ts";

/** A low-rank matrix B·diag(d)·A. */
export interface LowRank {
  readonly rank: number;
  /** [rank, inFeatures] */
  readonly a: Float32Array;
  /** d [rank] */
  readonly diagonal: Float32Array;
  /** [outFeatures, rank] */
  readonly b: Float32Array;
}

/**
 * A linear's y = W·x + b becomes scale ∘ (W·x' + b) + B·diag(d)·A·x' + offset with x' = inputScale ∘ x.
 * What is absent changes nothing.
 */
export interface LinearChange {
  /** [inFeatures] */
  readonly inputScale?: Float32Array;
  /** [outFeatures] */
  readonly scale?: Float32Array;
  readonly low?: LowRank;
  /** [outFeatures] */
  readonly offset?: Float32Array;
}

/** What is added to a norm's scale and, where it has one, its offset, [width] each. */
export interface NormChange {
  readonly scale: Float32Array;
  readonly offset?: Float32Array;
}

/** Where a prefix stands: at an attention of an encoder-decoder, or at those of the only stack. */
export type PrefixSite = AttentionSite | "stack";

/** Keys and values before those of the text. */
export interface PrefixChange {
  readonly tokens: number;
  /**
   * The attentions that get it: [tokens, layers · 2 · numKeyValueHeads · size of a head], each layer's keys,
   * then its values.
   */
  readonly sites: ReadonlyMap<PrefixSite, Float32Array>;
}

/** Everything that a method does to a model. */
export interface AdapterDelta {
  /** By the linear's path. */
  readonly linears: ReadonlyMap<string, LinearChange>;
  /** By the norm's path. */
  readonly norms?: ReadonlyMap<string, NormChange>;
  /** Virtual tokens before the word embeddings, [tokens, hiddenSize]. */
  readonly prompt?: Float32Array;
  readonly prefix?: PrefixChange;
}

/** No change. */
export const noDelta: AdapterDelta = { linears: new Map() };

/**
 * Several methods that act one after the other, as PEFT's several active adapters do.
 *
 * @throws TunebookError of kind "unsupported" for two prompts or two prefixes
 */
export function stacked(all: readonly AdapterDelta[]): AdapterDelta {
  if (all.length === 1) return all[0];
  const single = (part: "prompt" | "prefix") => {
    const found = all.flatMap((parts) => parts[part] ?? []);
    if (found.length <= 1) return found[0] ? { [part]: found[0] } : {};
    throw new TunebookError(
      "unsupported",
      `two adapters with a ${part} cannot act at once: each was trained as the only one before ` +
        "the text, and no order of the two is what either has learned",
    );
  };
  const norms = joined(all.map((parts) => parts.norms), (a, b): NormChange => {
    const offset = both(a.offset, b.offset, sum);
    return { scale: sum(a.scale, b.scale), ...(offset ? { offset } : {}) };
  });
  return {
    linears: joined(all.map(({ linears }) => linears), after),
    ...(norms.size > 0 ? { norms } : {}),
    ...single("prompt"),
    ...single("prefix"),
  };
}

function joined<Change>(
  maps: readonly (ReadonlyMap<string, Change> | undefined)[],
  join: (first: Change, second: Change) => Change,
): Map<string, Change> {
  const made = new Map<string, Change>();
  for (const [path, change] of maps.flatMap((map) => [...map ?? []])) {
    const before = made.get(path);
    made.set(path, before ? join(before, change) : change);
  }
  return made;
}

/** The change that is `first` and then `second`. */
function after(first: LinearChange, second: LinearChange): LinearChange {
  const scaled = (x: Float32Array | undefined, columns = 1) =>
    x && second.scale ? x.map((each, i) => each * second.scale![Math.floor(i / columns)]) : x;
  const one = first.low;
  const before = one && { ...one, b: scaled(one.b, one.rank)! };
  const low = before && second.low ? beside(before, second.low) : second.low ?? before;
  const inputScale = both(first.inputScale, second.inputScale, product);
  const scale = both(first.scale, second.scale, product);
  const offset = both(scaled(first.offset), second.offset, sum);
  return {
    ...(inputScale ? { inputScale } : {}),
    ...(scale ? { scale } : {}),
    ...(low ? { low } : {}),
    ...(offset ? { offset } : {}),
  };
}

type Join = (a: Float32Array, b: Float32Array) => Float32Array;
const sum: Join = (a, b) => a.map((each, i) => each + b[i]);
const product: Join = (a, b) => a.map((each, i) => each * b[i]);

function both(a: Float32Array | undefined, b: Float32Array | undefined, join: Join) {
  return a && b ? join(a, b) : a ?? b;
}

/** The sum of two low-rank matrices, of both ranks together. */
export function beside(first: LowRank, second: LowRank): LowRank {
  const rank = first.rank + second.rank;
  const outputs = first.b.length / first.rank;
  const b = new Float32Array(outputs * rank);
  for (let row = 0; row < outputs; row++) {
    b.set(first.b.subarray(row * first.rank, (row + 1) * first.rank), row * rank);
    b.set(second.b.subarray(row * second.rank, (row + 1) * second.rank), row * rank + first.rank);
  }
  return {
    rank,
    a: concatenated(first.a, second.a),
    diagonal: concatenated(first.diagonal, second.diagonal),
    b,
  };
}

function concatenated(a: Float32Array, b: Float32Array): Float32Array {
  const made = new Float32Array(a.length + b.length);
  made.set(a);
  made.set(b, a.length);
  return made;
}
