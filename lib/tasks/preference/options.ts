/**
 * The options that all tasks on answers which people judged have in common.
 *
 * @module
 */
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { oneOf, record, type Rules, text } from "../../core/option_rules.ts";
import type { ChatTaskOptions } from "../chat/options.ts";

/** How conversations are written, as for `chat`. */
export type ConversationOptions = Pick<
  ChatTaskOptions,
  "tools" | "system" | "template" | "variables" | "date" | "overflow"
>;

/** What the columns of preferences mean. */
export interface PreferenceColumns extends ConversationOptions {
  /**
   * The column of what was asked: a text, or a list of messages. Without it, what the answers of a row begin with
   * is the prompt: the messages that they share, or the text.
   */
  readonly prompt?: string;
  /** The column of the better answer: a text, or a list of messages. */
  readonly chosen?: string;
  /** The column of the worse answer, likewise. */
  readonly rejected?: string;
  /** The column of two or more answers, the best one first, in the place of `chosen` and `rejected`. */
  readonly ranking?: string;
  /** Which answers of a ranking are compared: `all` with each other, unless given, or `adjacent` ones. */
  readonly pairs?: "all" | "adjacent";
}

/** What the options of conversations must be. */
export const conversationRules: Rules<ConversationOptions> = {
  tools: text,
  system: text,
  template: text,
  variables: record,
  date: [
    "a day such as 2026-11-29",
    (value) => typeof value === "string" && Number.isFinite(Date.parse(value)),
  ],
  overflow: oneOf(["cut", "drop"]),
};

/** What the options of preferences must be. */
export const preferenceRules: Rules<PreferenceColumns> = {
  prompt: text,
  chosen: text,
  rejected: text,
  ranking: text,
  pairs: oneOf(["all", "adjacent"]),
  ...conversationRules,
};

/** The columns of each shape of rows. */
export const preferenceShapes = [
  ["prompt", "chosen", "rejected"],
  ["chosen", "rejected"],
  ["prompt", "ranking"],
] as const;

/** What is wrong with the columns as a whole. */
export function preferenceMistakes(options: PreferenceColumns): Mistake[] {
  const { chosen, rejected, ranking, pairs } = options;
  const tell = (words: (nameOf: (option: string) => string) => string) => [mistakeOf(words)];
  if (ranking !== undefined && (chosen ?? rejected) !== undefined) {
    return tell((nameOf) =>
      `${nameOf("ranking")} takes the place of ${nameOf("chosen")} and ${nameOf("rejected")}`
    );
  }
  if (ranking === undefined && (chosen === undefined || rejected === undefined)) {
    return tell((nameOf) =>
      `give the columns ${nameOf("chosen")} and ${nameOf("rejected")}, or ${nameOf("ranking")}`
    );
  }
  if (pairs !== undefined && ranking === undefined) {
    return tell((nameOf) => `${nameOf("pairs")} is for rows with ${nameOf("ranking")}`);
  }
  return [];
}

/** The columns that options name. */
export function preferenceColumns(options: PreferenceColumns): string[] {
  const { prompt, chosen, rejected, ranking, tools } = options;
  return [prompt, chosen, rejected, ranking, tools].filter((name) => name !== undefined);
}
