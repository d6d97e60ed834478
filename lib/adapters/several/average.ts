/**
 * A weighted average of trained adapters that is one adapter again.
 *
 * What is averaged is what the adapters do. Of methods that add a matrix of low rank to a weight (LoRA,
 * AdaLoRA, VeRA) the result is a LoRA, made in one of the three ways of PEFT's
 * `add_weighted_adapter`, by their names there:
 *
 * - `cat` puts the factors side by side: the weighted sum itself, with the sum of the ranks.
 * - `svd` takes the strongest singular directions of the same sum, as many as the largest rank.
 * - `linear` adds the factors A and B each with √|weight · scale|. The rank stays, but products of one
 *   adapter's B and another's A come in: a rough approximation. It needs equal ranks.
 *
 * (IA)³'s and BitFit's vectors are added with their weights.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake, TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import { oneOf, type Rules, text, whole } from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import type { AttachedMethod, ModelInfo } from "../../nn/method.ts";
import { isHead, type Model, modelInfoOf, modelWeights } from "../../nn/model.ts";
import type { AdapterDelta, LowRank } from "../../nn/adapter_delta.ts";
import { loraOf } from "../lora.ts";
import { type Combination, combinations, combined, type Weighted } from "./low_rank_sum.ts";
import { type OpenedAdapter, sharedAdapter } from "./shared_adapter.ts";

/** How to average. */
export interface AverageOptions {
  /** `cat` unless given: exact, whatever the ranks are. */
  readonly combination?: Combination;
  /** The rank that `svd` keeps; the largest of the adapters' unless given. */
  readonly rank?: number;
  /** The adapter whose head is taken as it is; unless given, heads for the same labels are averaged. */
  readonly head?: string;
}

const rules: Rules<AverageOptions> = { combination: oneOf(combinations), rank: whole, head: text };

/** An adapter and its weight in the average. */
export interface WeightedAdapter {
  readonly name: string;
  readonly weight: number;
  readonly adapter: OpenedAdapter;
}

/**
 * Averages adapters of one base. Weights are taken as they are, also negative ones; only heads are
 * divided by the weights' sum, so that heads stay as large as they are.
 *
 * @throws TunebookError of kind "input" for weights, ranks or labels that do not fit together, and
 * of kind "unsupported" for methods of which no average is a method again
 */
export function averaged(
  all: readonly WeightedAdapter[],
  options: AverageOptions = {},
): OpenedAdapter {
  checkOptions("average", options, rules, () => weightMistakes(all, options));
  const { combination = "cat", rank, head } = options;
  const { model, task, maxTokens } = headOwner(all, head);
  const { attached, values } = isLowRank(all)
    ? averagedLora(modelInfoOf(model), all, { combination, ...(rank ? { rank } : {}) })
    : averagedVectors(all, combination);
  const heads = averagedHeads(model, all, head);
  const trained = {
    model,
    values: new Map([...values, ...heads]),
    attached: startingAt(attached, new Map([...values, ...heads]), task.labels),
  };
  return {
    ...trained,
    task,
    ...(maxTokens ? { maxTokens } : {}),
    entry: sharedAdapter("the average", trained),
  };
}

/** The method with trained tensors as its start. */
function startingAt(
  attached: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
  labels: readonly string[],
): AttachedMethod {
  return {
    ...attached,
    parameters: attached.parameters.map((parameter) => ({
      ...parameter,
      initial: () => values.get(parameter.name)!,
    })),
    initialWeights: values,
    labels,
  };
}

function weightMistakes(
  all: readonly WeightedAdapter[],
  { combination, rank, head }: AverageOptions,
): Mistake[] {
  const wrong = all.filter(({ weight }) => !Number.isFinite(weight)).map(({ name, weight }) =>
    mistakeOf(() => `the weight of ${name} is ${shownValue(weight)}, but must be a number`)
  );
  if (all.length === 0) wrong.push(mistakeOf(() => "no adapter is named"));
  if (rank !== undefined && combination !== "svd") {
    wrong.push(optionMistake("rank", "is for the combination svd"));
  }
  if (head !== undefined && !all.some(({ name }) => name === head)) {
    const names = all.map(({ name }) => name).join(", ");
    wrong.push(optionMistake("head", `is ${shownValue(head)}, which is none of ${names}`));
  }
  return wrong;
}

/** The adapter whose head, labels and model the average has. */
function headOwner(all: readonly WeightedAdapter[], head: string | undefined): OpenedAdapter {
  if (head !== undefined) return all.find(({ name }) => name === head)!.adapter;
  const [first, ...others] = all;
  for (const other of others) {
    const differs = difference(first.adapter.task, other.adapter.task);
    if (differs === undefined) continue;
    throw new TunebookError(
      "input",
      `${first.name} and ${other.name} have ${differs}, so that their heads have no average. Name ` +
        `the adapter whose head and task to take: { head: "${first.name}" }`,
    );
  }
  return first.adapter;
}

/** What two tasks do not have in common, in words: labels, or settings that name no column. */
function difference(
  { task, labels }: OpenedAdapter["task"],
  other: OpenedAdapter["task"],
): string | undefined {
  const shown = (all: readonly string[]) => all.map(shownName).join(", ");
  if (task.name !== other.task.name || task.kind !== other.task.kind) {
    return `other tasks (${task.name}, ${task.kind}; ${other.task.name}, ${other.task.kind})`;
  }
  if (String(labels) !== String(other.labels)) {
    return `other labels (${shown(labels)}; ${shown(other.labels)})`;
  }
  const settingsOf = ({ settings, columns }: typeof task) =>
    Object.entries(settings).filter(([name, value]) =>
      name !== "kind" && ![value].flat().some((each) => columns.includes(each as string))
    ).map(([name, value]) => `${name} ${JSON.stringify(value)}`).sort();
  const [own, others] = [settingsOf(task), settingsOf(other.task)];
  // JSON shows what settings hold already.
  const listed = (all: readonly string[]) => all.join(", ") || "none";
  if (listed(own) === listed(others)) return undefined;
  return `other settings (${listed(own)}; ${listed(others)})`;
}

function averagedHeads(
  model: Model,
  all: readonly WeightedAdapter[],
  head: string | undefined,
): Map<string, Float32Array> {
  const sources = head === undefined ? all : all.filter(({ name }) => name === head);
  const sum = head === undefined ? sources.reduce((total, { weight }) => total + weight, 0) : 1;
  const paths = modelWeights(model).filter((weight) => isHead(model, weight));
  if (sum === 0 && paths.length > 0) {
    throw new TunebookError(
      "input",
      'the weights add up to 0, so that the heads have no average; name one: { head: "…" }',
    );
  }
  return new Map(paths.map(({ path }) => [
    path,
    weightedSum(sources.map(({ weight, adapter }) => [
      head === undefined ? weight / sum : 1,
      adapter.values.get(path)!,
    ])),
  ]));
}

function weightedSum(terms: readonly (readonly [number, Float32Array])[]): Float32Array {
  const made = new Float32Array(terms[0][1].length);
  for (const [weight, numbers] of terms) numbers.forEach((each, i) => made[i] += weight * each);
  return made;
}

interface Averaged {
  readonly attached: AttachedMethod;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** True where every change is the sum with a matrix of low rank. */
function isLowRank(all: readonly WeightedAdapter[]): boolean {
  return all.every(({ adapter: { entry: { delta } } }) =>
    isOnlyLinears(delta) && !delta.norms &&
    [...delta.linears.values()].every(({ low, scale, inputScale, offset }) =>
      low && !scale && !inputScale && !offset
    )
  );
}

const isOnlyLinears = ({ prompt, prefix }: AdapterDelta) => !prompt && !prefix;

function averagedLora(
  modelInfo: ModelInfo,
  all: readonly WeightedAdapter[],
  options: Pick<AverageOptions, "rank"> & { readonly combination: Combination },
): Averaged {
  const sites = new Map<string, LowRank>();
  const paths = new Set(all.flatMap(({ adapter }) => [...adapter.entry.delta.linears.keys()]));
  // The adapters' largest rank, whatever a single linear has.
  const most = Math.max(
    ...all.flatMap(({ adapter }) =>
      [...adapter.entry.delta.linears.values()].map(({ low }) => low!.rank)
    ),
  );
  for (const layer of modelInfo.layers) {
    if (!paths.has(layer.path) || layer.kind !== "linear") continue;
    const terms = all.flatMap(({ name, weight, adapter }): Weighted[] => {
      const low = adapter.entry.delta.linears.get(layer.path)?.low;
      return low ? [{ name, weight, low }] : [];
    });
    sites.set(layer.path, combined(layer, terms, { ...options, most: options.rank ?? most }));
  }
  // A rank of its own for each linear, with an alpha that makes the scale 1.
  const ranks = Object.fromEntries([...sites].map(([path, { rank }]) => [path, rank]));
  const largest = Math.max(...Object.values(ranks));
  const other = Object.fromEntries(Object.entries(ranks).filter(([, rank]) => rank !== largest));
  const summed = { rank: largest, alpha: largest, ranks: other, alphas: other };
  const attached = loraOf({ ...summed, targets: [...sites.keys()] }, { anyRank: true }).attach(
    modelInfo,
  );
  const values = new Map<string, Float32Array>();
  for (const [path, { a, b }] of sites) values.set(`${path}.lora_A`, a).set(`${path}.lora_B`, b);
  return { attached, values };
}

/** (IA)³ and BitFit: the same vectors in the same places, each a weighted sum. */
function averagedVectors(all: readonly WeightedAdapter[], combination: Combination): Averaged {
  const [first, ...others] = all;
  checkVectors(all);
  const { attached } = first.adapter;
  const shown = ({ adapter: { attached: { parameters } } }: WeightedAdapter) =>
    parameters.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).sort().join("; ");
  const other = others.find((each) => shown(each) !== shown(first));
  if (other) {
    throw new TunebookError(
      "input",
      `${first.name} and ${other.name} do not train the same vectors, so that they have no average`,
    );
  }
  if (combination === "svd") {
    throw new TunebookError("input", "svd is for matrices; leave out combination for vectors");
  }
  const { model } = first.adapter;
  const sumOf = (name: string, base?: Float32Array) => {
    const terms = all.map(({ weight, adapter }) => [weight, adapter.values.get(name)!] as const);
    if (!base) return weightedSum(terms);
    const left = 1 - all.reduce((total, { weight }) => total + weight, 0);
    return weightedSum([...terms, [left, base]]);
  };
  const norms = modelWeights(model).filter((weight) =>
    !isHead(model, weight) && attached.trains(weight.path)
  );
  return {
    attached,
    values: new Map([
      ...attached.parameters.map(({ name }) => [name, sumOf(name)] as const),
      // A norm's own numbers: it is their change that is averaged.
      ...norms.map(({ path }) => [path, sumOf(path, model.weights.get(path)!)] as const),
    ]),
  };
}

/** Throws for the first method of which there is no average, and says why. */
function checkVectors(all: readonly WeightedAdapter[]): void {
  const reasons: readonly (readonly [why: string, holds: (parts: AdapterDelta) => boolean])[] = [
    ["the virtual tokens of two prompts have no order in common", ({ prompt }) => !!prompt],
    ["the keys and values of two prefixes have no order in common", ({ prefix }) => !!prefix],
    [
      "DoRA divides its update by a norm, and the sum of two is no DoRA",
      ({ linears }) => [...linears.values()].some(({ low, scale }) => low && scale),
    ],
    [
      "it adds matrices of low rank to weights, and another one changes something else",
      ({ linears }) => [...linears.values()].some(({ low }) => low),
    ],
  ];
  for (const [why, holds] of reasons) {
    const found = all.find(({ adapter }) => holds(adapter.entry.delta));
    if (!found) continue;
    throw new TunebookError(
      "unsupported",
      `${found.name} cannot be averaged with others: ${why}`,
    );
  }
}
