/**
 * How answers are to be explained.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { isRecord } from "../../core/objects.ts";
import { abortSignal, type Rule, type Rules, text, whole } from "../../core/option_rules.ts";
import type { ExplainMethod } from "../../evaluate/explain/explained.ts";

/** How answers are to be explained. */
export interface ExplainOptions {
  /**
   * `integratedGradients()` unless given; of images `attentionRollout()` for ViT and DeiT, and `gradCam()` for networks
   * that pool maps.
   */
  readonly method?: ExplainMethod;
  /**
   * The label that is explained in all inputs, of language models a token as the vocabulary writes it; the likeliest of
   * each unless given.
   */
  readonly label?: string;
  /** Another label: what is explained is why the label and not this one, the difference of their logits. */
  readonly against?: string;
  /**
   * The token that takes the place of words that are left out, as the vocabulary writes it: the mask's, or else the
   * padding's unless given.
   */
  readonly baseline?: string;
  /** The word whose tag is explained, of tasks that tag words; where it first stands in each text. */
  readonly word?: string;
  /** How many tokens a language model writes, each explained by what stands before it; 1 unless given. */
  readonly tokens?: number;
  /** Rows and columns of the regions of an image that are left out together; 7 × 7 unless given. */
  readonly regions?: readonly [rows: number, columns: number];
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const method: Rule = [
  "one of saliency(), inputTimesGradient(), integratedGradients(), occlusion(), lime(), shapley(), " +
  "attentionRollout(), gradCam()",
  (value) =>
    isRecord(value) && typeof value.name === "string" &&
    (typeof value.attribute === "function" || typeof value.looksAt === "string"),
];
const regions: Rule = [
  "two whole numbers above 0, [rows, columns]",
  (value) => Array.isArray(value) && value.length === 2 && value.every((each) => whole[1](each)),
];

const rules: Rules<ExplainOptions> = {
  method,
  label: text,
  against: text,
  baseline: text,
  word: text,
  tokens: whole,
  regions,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkExplainOptions(options: unknown): void {
  checkOptions("explain", options, rules);
}
