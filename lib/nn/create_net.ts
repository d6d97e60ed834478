/**
 * Binds a model's layers to weights, a method and a mode.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type EightBitUse, ops, type QuantizedLayout, type Tensor, tf } from "../engine/mod.ts";
import { eightBitNames, outlierColumnsOf } from "./eight_bit_linears.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import {
  attention,
  type AttentionOptions,
  type BlockDropout,
  crossAttention,
} from "./attention.ts";
import type { AttentionCall } from "./attention_call.ts";
import { attendInGrid, type AttentionGrid } from "./attention_grid.ts";
import type { AttentionSite } from "./attention_site.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import { type BatchStatistics, mapLayers } from "./map_layers.ts";
import { quantizedNames } from "./model.ts";
import type { CheckpointedPart, Memory, Net } from "./net.ts";

/** What a net is bound to. */
export interface NetOptions {
  /** A weight or an adapter's parameter by path. */
  tensor(path: string): Tensor;
  readonly adapter?: AttachedMethod;
  /** The linears' weights that are held in fewer bits. */
  readonly quantized?: ReadonlyMap<string, QuantizedLayout>;
  /** The tables that `unembed` multiplies in fewer bits. */
  readonly products?: ReadonlyMap<string, QuantizedLayout> | undefined;
  /** Weight path → the codes by which a linear layer computes in eight bits. */
  readonly eightBit?: ReadonlyMap<string, readonly EightBitUse[]> | undefined;
  /** Uniform noise for dropout; without it the net is in evaluation mode. */
  readonly noise?: Tensor;
  /** The rows of a table for token ids, where the table holds only some rows. */
  places?(table: string, ids: Tensor): Tensor;
  /** The rows themselves, where they are not what `tensor` gives. */
  rowsOf?(table: string): Tensor | undefined;
  /** About how many tokens a batch has, where that is known. */
  readonly tokens?: number;
  /** The tokens of the longest row, where it is known; the attention over long rows is cut into blocks. */
  readonly longest?: number;
  /** Where tokens attend whose sequences share some; as they stand in their rows unless given. */
  readonly grid?: AttentionGrid;
  /** What was read of each row before; the batch goes on from there. */
  readonly cache?: KeyValueCache;
  /** Batch normalisations by the batch's own statistics; all are by the running ones unless given. */
  readonly batchStatistics?: BatchStatistics;
  /** Is told of each attention before it is computed, of families that are one stack. */
  attends?(call: AttentionCall): void;
  /** Is told the attention weights of each layer, [batch, heads, queries, keys]. */
  readonly observeAttention?: (layer: number, weights: Tensor) => void;
  /** Paths of what is trained: where given, parts are recomputed in the backward pass. */
  readonly recomputeFor?: ReadonlySet<string>;
}

/** Binds the layers. `sites` counts the places of dropout, which differ in their masks. */
export function createNet(options: NetOptions, sites = { count: 0 }): Net & HookContext {
  const { tensor, adapter, quantized, noise, cache, places = (_, ids) => ids } = options;
  const drawn = noise && new ops.Noise(noise);
  /** What a method puts in a weight's place. */
  const changedWeight = (path: string, name: string, inEightBits: boolean): Tensor | undefined => {
    // A matrix in fewer bits is never there as a whole, so that nothing can be added to it.
    if (!adapter?.weight || quantized?.has(name)) return undefined;
    if (!inEightBits) return adapter.weight(path, tensor(name), net);
    // A method that weighs the two ways by the tokens would choose the one without eight bits.
    const { tokens: _, ...unweighed } = net;
    return adapter.weight(path, tensor(name), unweighed);
  };
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
    firstPosition(site) {
      const first = tf.scalar(hasPrefix(adapter, site) ? adapter.prefixTokens : 0, "int32");
      return cache && site !== "encoder" ? tf.add(cache.lengths, first) : first;
    },
    linear(path, given, { bias = true } = {}) {
      const x = adapter?.linearInput?.(path, given, net) ?? given;
      const name = `${path}.weight`;
      const codes = options.eightBit?.get(name);
      const layout = codes ? undefined : quantized?.get(name);
      const changed = changedWeight(path, name, codes !== undefined);
      if (codes && !changed) {
        const options = {
          ...(bias ? { bias: tensor(`${path}.bias`) } : {}),
          outlierColumns: outlierColumnsOf(x.shape[1]!),
        };
        const y = codes.length === 0
          ? ops.trainedEightBitMatMul(x, tensor(name), options)
          : ops.eightBitMatMul(x, eightBitMatrix(tensor, name, codes), options);
        return adapter?.output?.(path, x, y, net) ?? y;
      }
      const product = layout
        ? ops.quantizedMatMul(x, heldIn(tensor, name), layout)
        : tf.matMul(x, changed ?? tensor(name), false, true);
      const y = bias ? tf.add(product, tensor(`${path}.bias`)) : product;
      return changed ? y : adapter?.output?.(path, x, y, net) ?? y;
    },
    layerNorm: (path, x, epsilon) =>
      ops.layerNorm(x, tensor(`${path}.weight`), tensor(`${path}.bias`), epsilon),
    rmsNorm(path, x, epsilon, { plusOne = false } = {}) {
      const weight = tensor(`${path}.weight`);
      return ops.rmsNorm(x, plusOne ? tf.add(weight, 1) : weight, epsilon);
    },
    unembed(path, x) {
      const name = `${path}.weight`;
      const layout = options.products?.get(name) ?? quantized?.get(name);
      return layout
        ? ops.quantizedMatMul(x, heldIn(tensor, name), layout)
        : tf.matMul(x, tensor(name), false, true);
    },
    embedding(path, ids) {
      const table = `${path}.weight`;
      const layout = quantized?.get(table);
      if (layout) return ops.quantizedEmbedding(heldIn(tensor, table), layout, places(table, ids));
      return ops.embedding(options.rowsOf?.(table) ?? tensor(table), places(table, ids));
    },
    withoutDropout() {
      const { noise: _, batchStatistics, ...silent } = options;
      return noise || batchStatistics ? createNet(silent) : net;
    },
    dropout: (x, rate, of) =>
      drawn && rate > 0 ? ops.dropout(x, rate, drawn, ++sites.count, of) : x,
    dropPath(x, rate) {
      if (!drawn || rate === 0) return x;
      const ones = tf.ones([x.shape[0], ...Array<number>(x.rank - 1).fill(1)]);
      return tf.mul(x, ops.dropout(ones, rate, drawn, ++sites.count));
    },
    input: (tokens) => adapter?.input?.(tokens, net) ?? tokens,
    attention(call) {
      options.attends?.(call);
      const own = attentionOptions(options, sites, call.site);
      const attend = (call: AttentionCall) => attention(net, call, own);
      return options.grid ? attendInGrid(call, options.grid, attend) : attend(call);
    },
    crossAttention: (call) => crossAttention(net, call, { adapter, cache }),
    offset: (path, x) => tf.add(x, tensor(path)),
    tensor,
    ...mapLayers({ tensor, adapter, statistics: options.batchStatistics, context: () => net }),
    checkpointed: (x, mask, compute, memory) =>
      options.recomputeFor
        ? recomputedPart(options, options.recomputeFor, sites, { x, mask, compute, memory })
        : compute(net, x, mask, memory),
  };
  return net;
}

/** How a net attends. What an encoder reads does not grow while a text is written. */
function attentionOptions(
  { adapter, cache, noise, longest, observeAttention }: NetOptions,
  sites: { count: number },
  site: AttentionSite | undefined,
): AttentionOptions {
  return {
    adapter,
    cache: site === "encoder" ? undefined : cache,
    longest,
    observe: observeAttention,
    ...(noise ? { dropBlocks: (rate, blocks) => blockDropout(noise, rate, blocks, sites) } : {}),
  };
}

/** Dropout of blocks of attention weights, each a place of its own. */
function blockDropout(
  noise: Tensor,
  rate: number,
  blocks: number,
  sites: { count: number },
): BlockDropout {
  const first = sites.count + 1;
  sites.count += blocks;
  return {
    noise,
    drop: (weights, numbers, block) =>
      ops.dropout(weights, rate, new ops.Noise(numbers), first + block, "weights"),
  };
}

/** A matrix in fewer bits, as the program has it. */
function heldIn(tensor: NetOptions["tensor"], name: string): { codes: Tensor; scales: Tensor } {
  const { codes, scales } = quantizedNames(name);
  return { codes: tensor(codes), scales: tensor(scales) };
}

/** A matrix in eight bits, as the program has it. */
function eightBitMatrix(
  tensor: NetOptions["tensor"],
  name: string,
  uses: readonly EightBitUse[],
): ops.EightBitMatrix {
  const of = (use: EightBitUse) => {
    const { codes, scales } = eightBitNames(name, use);
    return { codes: tensor(codes), scales: tensor(scales) };
  };
  return uses.includes("rows")
    ? { rows: of("rows") }
    : { forward: of("forward"), backward: of("backward") };
}

/** Whether a method puts a prefix before the keys of that attention. */
function hasPrefix(
  adapter: AttachedMethod | undefined,
  site: AttentionSite | undefined,
): adapter is AttachedMethod & { readonly prefixTokens: number } {
  if (adapter?.prefixTokens === undefined) return false;
  return site === undefined || (adapter.prefixSites?.includes(site) ?? true);
}

/** What is computed twice leaves nothing behind. */
function untaken(path: string): never {
  throw new TunebookError(
    "unsupported",
    `${path} takes the statistics of each batch, which gradientCheckpointing would count twice. Train ` +
      "without it.",
  );
}

function recomputedPart(
  options: NetOptions,
  trained: ReadonlySet<string>,
  sites: { count: number },
  { x, mask, compute, memory }: {
    readonly x: Tensor;
    readonly mask: Tensor;
    readonly compute: CheckpointedPart;
    readonly memory: Memory | undefined;
  },
): Tensor {
  const { noise } = options;
  if (options.attends) {
    throw new TunebookError(
      "unsupported",
      "gradientCheckpointing computes layers twice and keeps nothing of their attention, which the loss compares " +
        "with a teacher's; train without it",
    );
  }
  const first = sites.count;
  const read = new Map<string, Tensor>();
  const tensor = (path: string) => {
    const found = options.tensor(path);
    if (trained.has(path)) read.set(path, found);
    return found;
  };
  const run = (
    [x, source]: readonly Tensor[],
    [mask, ...others]: readonly Tensor[],
  ) => {
    const given = memory && { x: source, mask: others[0] };
    const noise = others[memory ? 1 : 0];
    // The same places draw the same masks both times.
    sites.count = first;
    const { noise: _, batchStatistics, ...silent } = options;
    const net = createNet({
      ...silent,
      tensor,
      ...(noise ? { noise } : {}),
      ...(batchStatistics ? { batchStatistics: { ...batchStatistics, found: untaken } } : {}),
    }, sites);
    return compute(net, x, mask, given);
  };
  const fixed = [mask, ...memory ? [memory.mask] : [], ...noise ? [noise] : []];
  const given = memory ? [x, memory.x] : [x];
  return ops.recompute(run, { given, fixed, trained: () => [...read.values()] });
}
