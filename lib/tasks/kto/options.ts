/**
 * The options of Kahneman-Tversky optimisation.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import {
  notNegative,
  oneOf,
  positive,
  required,
  type Rules,
  text,
} from "../../core/option_rules.ts";
import { type ConversationOptions, conversationRules } from "../preference/options.ts";

/** The name of a loss. */
export type KtoLossName = "kto" | "apo_zero_unpaired";

/** What columns mean, and how answers are learned. */
export interface KtoOptions extends ConversationOptions {
  /**
   * The column of what was asked: a text, or a list of messages. Without it answers are lists of messages, of which all but the
   * last turn is the prompt.
   */
  readonly prompt?: string;
  /** The column of the answer, likewise. */
  readonly completion: string;
  /** The column that says whether the answer is good: true or false, or 1 or 0. */
  readonly label: string;
  /** `kto` (unless given), or `apo_zero_unpaired`, which compares with no other answers; TRL's names and formulas. */
  readonly loss?: KtoLossName;
  /** How strongly the model is held to what it was before; 0.1 unless given. */
  readonly beta?: number;
  /** How much good answers count; 1 unless given. */
  readonly desirableWeight?: number;
  /** How much bad answers count; 1 unless given. */
  readonly undesirableWeight?: number;
}

const rules: Rules<KtoOptions> = {
  prompt: text,
  completion: required(text),
  label: required(text),
  ...conversationRules,
  loss: oneOf(["kto", "apo_zero_unpaired"]),
  beta: positive,
  desirableWeight: notNegative,
  undesirableWeight: notNegative,
};

/** Throws one error of kind "input" with everything that is wrong. */
export function checkKtoOptions(options: KtoOptions): void {
  checkOptions("kto", options, rules);
}

/** The columns that options name. */
export function ktoColumns({ prompt, completion, label, tools }: KtoOptions): string[] {
  return [prompt, completion, label, tools].filter((name) => name !== undefined);
}
