/**
 * What a merge is made of, and how it is checked.
 *
 * @module
 */
import type { LayerSlice } from "../../combine/merge/layer_slices.ts";
import type { MergeMethod } from "../../combine/merge/merge_method.ts";
import { type ModelWeights, weightProblems } from "../../combine/merge/tensor_weights.ts";
import { optionMistakes, refuseOptions, requireOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { integer, list, record, required, type Rules, text } from "../../core/option_rules.ts";
import { vocabularyMistakes, type VocabularyOptions } from "./vocabulary_options.ts";

/** How models are merged. */
export interface MergeOptions<Name extends string = string> {
  /** What is done with the tensors, `ties()` or `linearMerge()`. */
  readonly method: MergeMethod;
  /** The model that all were trained from, where the method needs one. */
  readonly base?: string;
  /** The weights of models by their names; 1 unless given. */
  readonly weights?: Readonly<Partial<Record<Name, ModelWeights>>>;
  /**
   * Puts the model together from layers of the models, one slice above the other, each merged by the method:
   * `[{ a: [0, 8] }, { b: [4, 12] }]` for `passthrough`, which takes one model a slice. What comes before the
   * layers is that of the first slice's models, and what comes after them, the head too, that of the last one's.
   * Unless given all layers are merged with each other.
   */
  readonly slices?: readonly LayerSlice<Name>[];
  /** Which tokens the merged model reads, where those of the models differ: `{ of: "union" }`. */
  readonly vocabulary?: VocabularyOptions<Name>;
  /** Chooses what methods draw by chance, each tensor by itself: 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<MergeOptions> = {
  method: required(record),
  base: text,
  weights: record,
  slices: list,
  vocabulary: record,
  seed: integer,
};

/** Throws one error of kind "input" with all that is wrong with a merge. */
export function checkMerge(models: unknown, options: unknown): void {
  requireOptions("merge", options);
  const given = options as MergeOptions;
  const wrong: Mistake[] = [...optionMistakes(given, rules)];
  const names = isRecord(models) ? Object.keys(models) : [];
  if (!isRecord(models) || !Object.values(models).every((each) => typeof each === "string")) {
    wrong.push(optionMistake("models", 'must be references by name, { reviews: "out/reviews" }'));
  } else if (isRecord(given.method)) {
    wrong.push(...methodMistakes(given, names));
  }
  if (Array.isArray(given.slices)) wrong.push(...sliceMistakes(given, names));
  if (isRecord(given.vocabulary)) {
    wrong.push(...vocabularyMistakes(given.vocabulary, names, given.base));
  }
  if (isRecord(given.weights)) wrong.push(...weightMistakes(given.weights, names));
  refuseOptions("merge", wrong);
}

function methodMistakes(
  { method, base, weights, slices }: MergeOptions,
  names: readonly string[],
): Mistake[] {
  const { name } = method;
  return [
    ...slices !== undefined || fits(names.length, method) ? [] : [
      optionMistake("models", `are ${names.length}, but ${name} merges ${counted(method)}`),
    ],
    ...method.base === "required" && base === undefined
      ? [optionMistake("base", `is missing: ${name} adds to it what the models have changed`)]
      : [],
    ...method.base === "unused" && base !== undefined
      ? [optionMistake("base", `is given, but ${name} does not look at one`)]
      : [],
    ...!method.weighted && weights !== undefined
      ? [optionMistake("weights", `are given, but ${name} finds its own`)]
      : [],
  ];
}

function fits(count: number, { models: { least, most } }: MergeMethod): boolean {
  return count >= least && count <= most;
}

function counted({ models: { least, most } }: MergeMethod): string {
  if (least === most) return `${least}`;
  return most === Infinity ? `${least} or more` : `${least} to ${most}`;
}

function sliceMistakes(
  { slices = [], method, base }: MergeOptions,
  names: readonly string[],
): Mistake[] {
  const wrong: Mistake[] = [];
  if (base !== undefined) {
    wrong.push(optionMistake("slices", "have no base: take a method without one"));
  }
  if (slices.length === 0) wrong.push(optionMistake("slices", "are none"));
  for (const [at, slice] of slices.entries()) {
    const where = `slices[${at}]`;
    if (!isRecord(slice)) {
      wrong.push(optionMistake(where, "must be layers by model, { reviews: [0, 6] }"));
      continue;
    }
    const entries = Object.entries(slice);
    for (const [name, range] of entries) {
      const problem = names.includes(name)
        ? rangeProblem(range)
        : `is of no model${didYouMean(name, names)}`;
      if (problem) wrong.push(optionMistake(`${where}.${name}`, problem));
    }
    if (isRecord(method) && !fits(entries.length, method)) {
      const has = `has ${entries.length} models, but ${method.name} merges ${counted(method)}`;
      wrong.push(optionMistake(where, has));
    }
    const sizes = new Set(entries.map(([, range]) => range?.[1]! - range?.[0]!));
    if (sizes.size > 1) wrong.push(optionMistake(where, "takes different numbers of layers"));
  }
  const used = new Set(slices.flatMap((slice) => isRecord(slice) ? Object.keys(slice) : []));
  const idle = names.filter((name) => !used.has(name));
  if (idle.length > 0) {
    wrong.push(optionMistake("slices", `take no layer of ${idle.join(", ")}`));
  }
  return wrong;
}

function rangeProblem(range: unknown): string | undefined {
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isSafeInteger) &&
    range[0] >= 0 && range[1] > range[0];
  return isRange ? undefined : "must be [first layer, end], counted from 0, without the end";
}

function weightMistakes(weights: object, names: readonly string[]): Mistake[] {
  return Object.entries(weights).flatMap(([name, each]) =>
    names.includes(name)
      ? weightProblems(each as ModelWeights).map((problem) =>
        optionMistake(`weights.${name}`, problem)
      )
      : [optionMistake(`weights.${name}`, `is of no model${didYouMean(name, names)}`)]
  );
}
