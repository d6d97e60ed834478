/**
 * What a merge is made of, and how it is checked.
 *
 * @module
 */
import type { MergeMethod } from "../../combine/merge/merge_method.ts";
import { type ModelWeights, weightProblems } from "../../combine/merge/tensor_weights.ts";
import { optionMistakes, refuseOptions, requireOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { integer, record, required, type Rules, text } from "../../core/option_rules.ts";

/** How models are merged. */
export interface MergeOptions<Name extends string = string> {
  /** What is done with the tensors, `ties()` or `linearMerge()`. */
  readonly method: MergeMethod;
  /** The model that all were trained from, where the method needs one. */
  readonly base?: string;
  /** The weights of models by their names; 1 unless given. */
  readonly weights?: Readonly<Partial<Record<Name, ModelWeights>>>;
  /** Chooses what methods draw by chance, each tensor by itself: 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<MergeOptions> = {
  method: required(record),
  base: text,
  weights: record,
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
  if (isRecord(given.weights)) wrong.push(...weightMistakes(given.weights, names));
  refuseOptions("merge", wrong);
}

function methodMistakes(
  { method, base, weights }: MergeOptions,
  names: readonly string[],
): Mistake[] {
  const { name, models: { least, most } } = method;
  const counted = least === most
    ? `${least}`
    : most === Infinity
    ? `${least} or more`
    : `${least} to ${most}`;
  return [
    ...names.length >= least && names.length <= most ? [] : [
      optionMistake("models", `are ${names.length}, but ${name} merges ${counted}`),
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

function weightMistakes(weights: object, names: readonly string[]): Mistake[] {
  return Object.entries(weights).flatMap(([name, each]) =>
    names.includes(name)
      ? weightProblems(each as ModelWeights).map((problem) =>
        optionMistake(`weights.${name}`, problem)
      )
      : [optionMistake(`weights.${name}`, `is of no model${didYouMean(name, names)}`)]
  );
}
