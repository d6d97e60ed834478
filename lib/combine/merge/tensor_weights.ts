/**
 * The weight of a model at each of its tensors.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";

/** A weight, or weights along the layers from the first to the last one, with lines between them. */
export type LayerWeights = number | readonly number[];

/**
 * The weight of a model: one for all tensors, along the layers, or by parts of the tensors' names, of which
 * the first one that a name has counts; `"*"` is every name.
 */
export type ModelWeights = LayerWeights | Readonly<Record<string, LayerWeights>>;

/** Every name, as a key of weights. */
const everyName = "*";

/** What weights make no sense; empty where they do. */
export function weightProblems(weights: ModelWeights): string[] {
  if (typeof weights !== "object" || Array.isArray(weights)) {
    return layerProblem(weights as LayerWeights);
  }
  const entries = Object.entries(weights);
  return [
    ...entries.flatMap(([part, each]) =>
      layerProblem(each).map((problem) => `${JSON.stringify(part)} ${problem}`)
    ),
    ...entries.some(([part]) => part === everyName)
      ? []
      : [`says nothing of other tensors; add "${everyName}"`],
  ];
}

function layerProblem(weights: LayerWeights): string[] {
  const all = typeof weights === "number" ? [weights] : weights;
  const fits = Array.isArray(all) && all.length > 0 && all.every(Number.isFinite);
  return fits ? [] : ["is no finite number and no list of such"];
}

/**
 * The weight of a model at each of the tensors, which are named in the order of the model: what comes before
 * the first layer has the weight of the first one, and what comes after the last layer that of the last.
 *
 * Throws an error of kind "input" for parts of names that no tensor has, or that only tensors have of which an
 * earlier part counts.
 */
export function weightsAt(names: readonly string[], weights: ModelWeights): Map<string, number> {
  refuseIdleParts(names, weights);
  const layers = names.map(layerOf);
  const last = Math.max(0, ...layers.map((layer) => layer ?? 0));
  const firstAt = layers.findIndex((layer) => layer !== undefined);
  return new Map(names.map((name, at) => {
    const layer = layers[at] ?? (at < firstAt || firstAt < 0 ? 0 : last);
    return [name, weightAt(chosen(name, weights), last === 0 ? 0 : layer / last)];
  }));
}

function chosen(name: string, weights: ModelWeights): LayerWeights {
  if (typeof weights === "number" || Array.isArray(weights)) return weights as LayerWeights;
  return (weights as Readonly<Record<string, LayerWeights>>)[partOf(name, Object.keys(weights))];
}

/** The first part that a name has. */
function partOf(name: string, parts: readonly string[]): string {
  return parts.find((part) => part === everyName || name.includes(part))!;
}

/** A part that weighs nothing is misspelt, or stands too late. */
function refuseIdleParts(names: readonly string[], weights: ModelWeights): void {
  if (typeof weights === "number" || Array.isArray(weights)) return;
  const parts = Object.keys(weights);
  const used = new Set(names.map((name) => partOf(name, parts)));
  const idle = parts.filter((part) => part !== everyName && !used.has(part));
  if (idle.length === 0) return;
  throw mistakes(
    "input",
    `weights by parts of names say something of no tensor; names are such as ${names[0]} and ${
      names.at(-1)
    }:`,
    idle.map((part) =>
      names.some((name) => name.includes(part))
        ? `${JSON.stringify(part)} stands behind parts that its tensors have, too`
        : `${JSON.stringify(part)} is in no name`
    ),
  );
}

/** On the line between the two entries that are nearest to a place between 0 and 1. */
function weightAt(weights: LayerWeights, place: number): number {
  if (typeof weights === "number") return weights;
  const at = place * (weights.length - 1);
  const before = Math.min(Math.floor(at), weights.length - 1);
  const after = Math.min(before + 1, weights.length - 1);
  return weights[before] + (at - before) * (weights[after] - weights[before]);
}

/** The number of the layer in a name, such as 3 in `encoder.layer.3.output.dense.weight`. */
function layerOf(name: string): number | undefined {
  const found = /(?:^|\.)(\d+)\./.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}
