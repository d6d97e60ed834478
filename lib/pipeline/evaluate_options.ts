/**
 * What `.evaluate()` takes beside metrics.
 *
 * @module
 */
import { checkOptions, optionMistakes, valueMistakes } from "../core/check_options.ts";
import { type Mistake, mistakeOf, mistakes } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { oneOf, record, type Rules, text, yesOrNo } from "../core/option_rules.ts";
import {
  generateContradictions,
  type GenerateOptions,
  generateRules,
} from "../generate/generate_options.ts";
import type { Compute } from "../train/compute_option.ts";

/** How a run writes texts: one answer to each row. */
export type WritingOptions = Omit<GenerateOptions, "signal" | "answers" | "logprobs">;

/** How to score. */
export interface EvaluateOptions {
  /**
   * How answers are written for metrics of written texts, and for samples: `{ beams: 4 }`. Greedily
   * unless a `temperature` or `beams` are given; what is drawn follows from the seed of the run unless a
   * `seed` is given. Lengths, penalties and stop tokens are those of the model's files unless given.
   */
  readonly generate?: WritingOptions;
  /**
   * In which numbers the model is run over held-out and validation rows: `int8` rounds both sides of the
   * products with its linear layers to eight bits, heads excepted, as a training with `compute: "int8"`
   * does. `float32` unless given, whatever the training computes in. Texts, `predict` and files are in
   * float32 either way. An error where the device has no eight-bit products.
   */
  readonly compute?: Compute;
  /**
   * For metrics of features, such as `fid` and `kid`: the model of images whose pooled features are compared, a
   * reference as `model` takes it; the trunk of CenterNet (npm:@vladmandic/human@3.3.6, 128 × 128 pixels) unless
   * given.
   */
  readonly features?: string;
  /**
   * Scores the model before its training as well, on the same rows: `result.scoresBefore`, beside the scores. It says
   * something where the model can do its task already, as language models, vectors and generators; a new head is as
   * it was drawn. `fid` and `kid` are scored after the training alone. False unless given.
   */
  readonly before?: boolean;
}

/** The arithmetics of scores; there is nothing to measure for them. */
const computes: readonly Compute[] = ["float32", "int8"];
const rules: Rules<EvaluateOptions> = {
  generate: record,
  compute: oneOf(computes),
  features: text,
  before: yesOrNo,
};
const { signal: _, answers: __, logprobs: ___, ...writingRules } = generateRules;
const allRules: Rules<WritingOptions> = writingRules;

/** Throws one error of kind "input" with everything that is wrong. */
export function checkEvaluateOptions(options: EvaluateOptions): void {
  checkOptions("evaluate", options, rules);
  const wrong = options.generate === undefined ? [] : writingMistakes(options.generate);
  if (wrong.length > 0) throw mistakes("input", "these options of generate make no sense:", wrong);
}

/** What is wrong with the name of the model whose features are compared. */
export function featuresMistakes(features: unknown): Mistake[] {
  return valueMistakes({ features }, { features: rules.features });
}

/** What is wrong with the arithmetic of scores. */
export function evaluateComputeMistakes(compute: unknown): Mistake[] {
  return valueMistakes({ evaluateCompute: compute }, { evaluateCompute: rules.compute });
}

/** What is wrong with whether the model is scored before its training. */
export function evaluateBeforeMistakes(evaluateBefore: unknown): Mistake[] {
  return valueMistakes({ evaluateBefore }, { evaluateBefore: yesOrNo });
}

/** What is wrong with how a run is to write. */
export function writingMistakes(generate: unknown): Mistake[] {
  if (!isRecord(generate)) return [mistakeOf(() => "generate must be an object")];
  const wrong = optionMistakes(generate, allRules);
  return wrong.length > 0 ? wrong : generateContradictions(generate);
}
