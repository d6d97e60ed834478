/**
 * Binds a model's layers to weights, a method and a mode.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { ops, type QuantizedLayout, type Tensor, tf } from "../engine/mod.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import { attention } from "./attention.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import { quantizedNames } from "./model.ts";
import type { Net } from "./net.ts";

/** What a net is bound to. */
export interface NetOptions {
  /** A weight or an adapter's parameter by path. */
  tensor(path: string): Tensor;
  readonly adapter?: AttachedMethod;
  /** The linears' weights that are held in fewer bits. */
  readonly quantized?: ReadonlyMap<string, QuantizedLayout>;
  /** Uniform noise for dropout; without it the net is in evaluation mode. */
  readonly noise?: Tensor;
  /** The rows of a table for token ids, where the table holds only some rows. */
  places?(table: string, ids: Tensor): Tensor;
  /** About how many tokens a batch has, where that is known. */
  readonly tokens?: number;
  /** What was read of each row before; the batch goes on from there. */
  readonly cache?: KeyValueCache;
  /** Paths of what is trained: where given, parts are recomputed in the backward pass. */
  readonly recomputeFor?: ReadonlySet<string>;
}

/** Binds the layers. `sites` counts the places of dropout, which differ in their masks. */
export function createNet(options: NetOptions, sites = { count: 0 }): Net & HookContext {
  const { tensor, adapter, quantized, noise, cache, places = (_, ids) => ids } = options;
  const drawn = noise && new ops.Noise(noise);
  const net: Net & HookContext = {
    parameter: tensor,
    weight(path) {
      if (!quantized?.has(path)) return tensor(path);
      throw new TunebookError(
        "unsupported",
        `${path} is quantised, but the method computes with the whole matrix. Use a method that ` +
          "leaves it as it is, such as lora, or do not quantise the model.",
      );
    },
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    firstPosition() {
      const first = tf.scalar(adapter?.prefixTokens ?? 0, "int32");
      return cache ? tf.add(cache.lengths, first) : first;
    },
    linear(path, given, { bias = true } = {}) {
      const x = adapter?.linearInput?.(path, given, net) ?? given;
      const name = `${path}.weight`;
      const layout = quantized?.get(name);
      // A matrix in fewer bits is never there as a whole, so that nothing can be added to it.
      const changed = layout ? undefined : adapter?.weight?.(path, tensor(name), net);
      const product = layout
        ? ops.quantizedMatMul(x, heldIn(tensor, name), layout)
        : tf.matMul(x, changed ?? tensor(name), false, true);
      const y = bias ? tf.add(product, tensor(`${path}.bias`)) : product;
      return changed ? y : adapter?.output?.(path, x, y, net) ?? y;
    },
    layerNorm: (path, x, epsilon) =>
      ops.layerNorm(x, tensor(`${path}.weight`), tensor(`${path}.bias`), epsilon),
    rmsNorm(path, x, epsilon) {
      const square = tf.mean(tf.square(x), -1, true);
      return tf.mul(tf.mul(x, tf.rsqrt(tf.add(square, epsilon))), tensor(`${path}.weight`));
    },
    unembed: (path, x) => tf.matMul(x, tensor(`${path}.weight`), false, true),
    embedding: (path, ids) =>
      ops.embedding(tensor(`${path}.weight`), places(`${path}.weight`, ids)),
    withoutDropout() {
      const { noise: _, ...silent } = options;
      return noise ? createNet(silent) : net;
    },
    dropout: (x, rate) => drawn && rate > 0 ? ops.dropout(x, rate, drawn, ++sites.count) : x,
    input: (tokens) => adapter?.input?.(tokens, net) ?? tokens,
    attention: (call) => attention(net, call, { adapter, cache }),
    checkpointed: (x, mask, compute) =>
      options.recomputeFor
        ? recomputedPart(options, options.recomputeFor, sites, { x, mask, compute })
        : compute(net, x, mask),
  };
  return net;
}

/** A matrix in fewer bits, as the program has it. */
function heldIn(tensor: NetOptions["tensor"], name: string): { codes: Tensor; scales: Tensor } {
  const { codes, scales } = quantizedNames(name);
  return { codes: tensor(codes), scales: tensor(scales) };
}

function recomputedPart(
  options: NetOptions,
  trained: ReadonlySet<string>,
  sites: { count: number },
  { x, mask, compute }: { x: Tensor; mask: Tensor; compute: Parameters<Net["checkpointed"]>[2] },
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
