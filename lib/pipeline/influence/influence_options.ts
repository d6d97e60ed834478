/**
 * How the influence of training rows is found.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, oneOf, type Rules, texts, whole } from "../../core/option_rules.ts";

/** What rows are ranked by: the product of gradients, or their cosine. */
export type InfluenceScore = "influence" | "cosine";

/** How the influence of training rows is found. */
export interface InfluenceOptions {
  /**
   * What rows are ranked by: `influence` (TracIn), where rows of large loss have much, or `cosine`, which asks for the
   * direction alone; `influence` unless given.
   */
  readonly rankedBy?: InfluenceScore;
  /** How many rows are listed for and against each answer, and as its nearest; 5 unless given. */
  readonly listed?: number;
  /**
   * Folders with checkpoints of this run. Those that it kept (`train({ checkpoints, keepCheckpoints: true })`) unless
   * given, and where it kept none the trained model alone.
   */
  readonly checkpoints?: readonly string[];
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const rules: Rules<InfluenceOptions> = {
  rankedBy: oneOf(["influence", "cosine"] satisfies InfluenceScore[]),
  listed: whole,
  checkpoints: texts,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkInfluenceOptions(options: unknown): void {
  checkOptions("influence", options, rules);
}
