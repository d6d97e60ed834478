/**
 * The numbers of several adapters as a program is fed with them: one tensor for each place where
 * adapters act, with one entry for each adapter. A single adapter is fed with its own arrays, so that
 * switching to it copies nothing.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import { sizeOf } from "../engine/mod.ts";
import type { LinearLayer } from "./layer.ts";
import { type Model, modelHead } from "./model.ts";
import type { AdapterDelta, LinearChange, PrefixSite } from "./adapter_delta.ts";
import { attentionPlaces } from "./attention_places.ts";
import { keyValueSizes } from "./key_value_sizes.ts";
import type { TargetModules } from "./target_modules.ts";

/** An adapter as it is fed: what it does to the body, and its head. */
export interface StackedAdapter {
  readonly delta: AdapterDelta;
  /** The head's weights by path, `classifier.weight`. */
  readonly head: ReadonlyMap<string, Float32Array>;
  /** How many numbers its head gives. */
  readonly outputs: number;
}

/**
 * What an adapter puts before the tokens of a text. All rows of a batch are equally long, so that only
 * those can share one that have as much before them.
 */
export function addedTokens({ delta: { prompt, prefix } }: StackedAdapter): string {
  const sites = [...prefix?.sites.keys() ?? []].sort();
  return JSON.stringify([prompt?.length ?? 0, sites.length > 0 ? prefix!.tokens : 0, sites]);
}

/** What the stacked tensors of a target are called. */
export interface StackedWeightNames {
  linear(path: string): Record<"inputScale" | "scale" | "a" | "diagonal" | "b" | "offset", string>;
  norm(path: string): Record<"scale" | "offset", string>;
  head(path: string): Record<"weight" | "bias", string>;
  readonly prompt: string;
  prefix(site: PrefixSite): string;
  /** The position of the first token behind a prefix, a scalar int32. */
  firstPosition(site: PrefixSite): string;
}

const names: StackedWeightNames = {
  linear: (path) => ({
    inputScale: `${path}.input_scale (stacked)`,
    scale: `${path}.scale (stacked)`,
    a: `${path}.low_a (stacked)`,
    diagonal: `${path}.low_diagonal (stacked)`,
    b: `${path}.low_b (stacked)`,
    offset: `${path}.offset (stacked)`,
  }),
  norm: (path) => ({ scale: `${path}.scale (stacked)`, offset: `${path}.offset (stacked)` }),
  head: (path) => ({ weight: `${path}.weight (stacked)`, bias: `${path}.bias (stacked)` }),
  prompt: "prompt (stacked)",
  prefix: (site) => `prefix of ${site} (stacked)`,
  firstPosition: (site) => `first position of ${site}`,
};

/** A size that adapters have of their own. */
type OpenSize = "rank" | "outputs" | "virtual" | `prefix of ${PrefixSite}`;

/** One stacked tensor: its shape behind the adapters, and what an entry has in it. */
interface StackedTensor {
  readonly name: string;
  /** Open sizes are the largest of the entries. */
  readonly shape: readonly (number | OpenSize)[];
  /** An entry's own numbers with its own open size, or nothing where it changes nothing. */
  of(entry: StackedAdapter): { readonly data: Float32Array; readonly open?: number } | undefined;
  /** What stands there for an entry that changes nothing, and beyond its own open size. */
  readonly neutral: 0 | 1;
}

/** The names and open shapes of all stacked tensors. */
export function stackedWeightsOf(model: Model, targets: TargetModules): {
  readonly names: StackedWeightNames;
  readonly shapes: ReadonlyMap<string, readonly (number | string)[]>;
} {
  const shapes = allStacked(model, targets)
    .map(({ name, shape }) => [name, ["adapters", ...shape]] as const);
  return { names, shapes: new Map(shapes) };
}

/** The feeds of all stacked tensors for some adapters. */
export function stackedWeightFeeds(
  model: Model,
  targets: TargetModules,
  entries: readonly StackedAdapter[],
): Record<string, HostTensor> {
  const { hiddenSize } = model.config;
  const largest = (of: (entry: StackedAdapter) => number) => Math.max(...entries.map(of));
  const prefixOf = (site: PrefixSite) =>
    largest(({ delta: { prefix } }) => prefix?.sites.has(site) ? prefix.tokens : 0);
  const prefixes = [...targets.prefix].map((site) => [site, prefixOf(site)] as const);
  const open: Readonly<Record<string, number>> = {
    rank: largest(rankOf),
    outputs: largest(({ outputs }) => outputs),
    virtual: largest(({ delta }) => (delta.prompt?.length ?? 0) / hiddenSize),
    ...Object.fromEntries(prefixes.map(([site, tokens]) => [`prefix of ${site}`, tokens])),
  };
  const stacked = allStacked(model, targets).map((tensor): [string, HostTensor] => {
    const shape = tensor.shape.map((dim) => typeof dim === "number" ? dim : open[dim]);
    const data = filled(tensor, shape, entries);
    return [tensor.name, { shape: [entries.length, ...shape], data }];
  });
  const firsts = prefixes.map(([site, tokens]): [string, HostTensor] => [
    names.firstPosition(site),
    { shape: [], data: Int32Array.of(tokens) },
  ]);
  return Object.fromEntries([...stacked, ...firsts]);
}

/** The largest rank of an adapter's changes, at least 1 so that none is empty. */
function rankOf({ delta }: StackedAdapter): number {
  return [...delta.linears.values()].reduce((most, { low }) => Math.max(most, low?.rank ?? 0), 1);
}

function filled(
  tensor: StackedTensor,
  shape: readonly number[],
  entries: readonly StackedAdapter[],
): Float32Array {
  const size = sizeOf(shape);
  const own = entries.map((entry) => tensor.of(entry));
  if (own.length === 1 && own[0]?.data.length === size) return own[0].data;
  const made = new Float32Array(entries.length * size).fill(tensor.neutral);
  const axis = tensor.shape.findIndex((dim) => typeof dim !== "number");
  own.forEach((found, at) => {
    if (!found) return;
    const target = made.subarray(at * size, (at + 1) * size);
    if (axis < 1) return target.set(found.data);
    // The open size lies behind others: row by row.
    const inner = sizeOf(shape.slice(axis));
    const ownInner = inner / shape[axis] * found.open!;
    for (let row = 0; row < size / inner; row++) {
      target.set(found.data.subarray(row * ownInner, (row + 1) * ownInner), row * inner);
    }
  });
  return made;
}

function allStacked(model: Model, targets: TargetModules): StackedTensor[] {
  const { config, config: { hiddenSize } } = model;
  const linears = new Map(
    model.layers.filter((layer): layer is LinearLayer => layer.kind === "linear")
      .map((layer) => [layer.path, layer]),
  );
  const stacked: StackedTensor[] = [];
  for (const [path, place] of targets.linears) {
    const { inFeatures, outFeatures } = linears.get(path)!;
    const name = names.linear(path);
    const change = ({ delta }: StackedAdapter): LinearChange => delta.linears.get(path) ?? {};
    const vector = (part: "inputScale" | "scale" | "offset", size: number, neutral: 0 | 1) =>
      stacked.push({
        name: name[part],
        shape: [size],
        of: (entry) => given(change(entry)[part]),
        neutral,
      });
    if (place.inputScale) vector("inputScale", inFeatures, 1);
    if (place.scale) vector("scale", outFeatures, 1);
    if (place.offset) vector("offset", outFeatures, 0);
    if (!place.low) continue;
    const factor = (part: "a" | "diagonal" | "b", shape: StackedTensor["shape"]) =>
      stacked.push({
        name: name[part],
        shape,
        of: (entry) => {
          const { low } = change(entry);
          return low && { data: low[part], open: low.rank };
        },
        neutral: 0,
      });
    factor("a", ["rank", inFeatures]);
    factor("diagonal", ["rank"]);
    factor("b", [outFeatures, "rank"]);
  }
  stacked.push(...stackedNorms(model, targets));
  stacked.push(...stackedHeads(model));
  if (targets.prompt) {
    stacked.push({
      name: names.prompt,
      shape: ["virtual", hiddenSize],
      of: ({ delta }) => given(delta.prompt),
      neutral: 0,
    });
  }
  for (const site of targets.prefix) {
    const layers = attentionPlaces(config, site === "stack" ? undefined : [site]).length;
    stacked.push({
      name: names.prefix(site),
      shape: [`prefix of ${site}`, 2 * layers * keyValueSizes(config).width],
      of: ({ delta }) => given(delta.prefix?.sites.get(site)),
      neutral: 0,
    });
  }
  return stacked;
}

/** What is added to norms; some have no offset. */
function stackedNorms({ layers }: Model, targets: TargetModules): StackedTensor[] {
  return layers.flatMap((layer): StackedTensor[] => {
    if (layer.kind !== "norm" || !targets.norms.has(layer.path)) return [];
    const { path, width, bias } = layer;
    const parts = bias === false ? ["scale"] as const : ["scale", "offset"] as const;
    return parts.map((part) => ({
      name: names.norm(path)[part],
      shape: [width],
      of: ({ delta }) => given(delta.norms?.get(path)?.[part]),
      neutral: 0,
    }));
  });
}

const given = (data: Float32Array | undefined) => data && { data };

/** The heads' weights; the layer whose size is the number of classes is open there. */
function stackedHeads(model: Model): StackedTensor[] {
  const { config, layers, head } = model;
  const [some, more] = [1, 2].map((outputs) => modelHead(model).layers(config, outputs));
  const isLast = (path: string) =>
    some.some((layer, i) =>
      layer.path === path && layer.kind === "linear" &&
      layer.outFeatures !== (more[i] as LinearLayer).outFeatures
    );
  return layers.flatMap((layer): StackedTensor[] => {
    if (!head.includes(layer.path) || layer.kind !== "linear") return [];
    const { path, inFeatures } = layer;
    const outputs = isLast(path) ? "outputs" : layer.outFeatures;
    const tensor = (role: "weight" | "bias", shape: StackedTensor["shape"]): StackedTensor => ({
      name: names.head(path)[role],
      shape,
      of: (entry) => ({ data: entry.head.get(`${path}.${role}`)!, open: entry.outputs }),
      neutral: 0,
    });
    return [
      tensor("weight", [outputs, inFeatures]),
      ...(layer.bias === false ? [] : [tensor("bias", [outputs])]),
    ];
  });
}
