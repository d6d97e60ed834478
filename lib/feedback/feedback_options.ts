/**
 * What people are asked, who is asked, and where the answers go.
 *
 * @module
 */
import { checkOptions, optionMistakes } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import { isRecord, withoutUndefined } from "../core/objects.ts";
import {
  abortSignal,
  oneOf,
  positive,
  record,
  type Rule,
  type Rules,
  text,
  texts,
  whole,
  wholeFrom0,
  yesOrNo,
} from "../core/option_rules.ts";
import { type FeedbackItem, type FeedbackKind, feedbackKinds } from "./item.ts";
import type { FeedbackColumns } from "./rows/feedback_columns.ts";

/** Which items are asked first. */
export type NextItem = "order" | "random" | "uncertain" | "disagreement";

/** What a model says of items: for each one a list of numbers, as `docs/feedback.md` has them. */
export type ScoreItems = (
  items: readonly FeedbackItem[],
) => readonly unknown[] | Promise<readonly unknown[]>;

/** What people are asked, who is asked, and where the answers go. */
export interface FeedbackOptions {
  /** The file that answers are appended to, JSON Lines; `answers.jsonl` unless given. It is made where there is none. */
  readonly file?: string;
  /**
   * What people do. Unless given it is told by the columns: `pair` for two answers, `ranking` for three to nine,
   * `thumbs` for one, `label` for texts with labels, `spans` for texts with spans. `edit` must be told.
   */
  readonly kind?: FeedbackKind;
  /** Where the columns have other names than usual. */
  readonly columns?: FeedbackColumns;
  /** The labels that may be given; those that occur in the rows unless given. */
  readonly labels?: readonly string[];
  /** What people are asked, shown above each item; the page's own words unless given. */
  readonly question?: string;
  /** Whether two answers may be called equally good; true unless given. */
  readonly ties?: boolean;
  /** How many people judge each item; everybody who comes unless given. */
  readonly perItem?: number;
  /**
   * Which items come first: those of the rows' order, in an order of each person's own (`random`, unless given),
   * those that a model is least sure of (`uncertain`, which needs `scores`), or those on which people disagree most.
   */
  readonly next?: NextItem;
  /** A column with the scores of a model, or what gives them. */
  readonly scores?: string | ScoreItems;
  /** What the orders of items and of answers are drawn by; 1 unless given. */
  readonly seed?: number;
  /** Seconds without a key or a movement after which time no longer counts; 60 unless given. */
  readonly idleSeconds?: number;
  /** The address to listen on; `127.0.0.1` unless given, which other machines cannot reach. */
  readonly host?: string;
  /** The port; one that is free unless given. */
  readonly port?: number;
  /** What the page's address must bring; a random one unless given, none where it is false. */
  readonly token?: string | false;
  /** Says nothing of where the page is, and of requests that failed. */
  readonly quiet?: boolean;
  /** Closes the page. */
  readonly signal?: AbortSignal;
}

/** The options with what is usual. */
export type FeedbackSettings =
  & Required<
    Omit<FeedbackOptions, "kind" | "labels" | "question" | "perItem" | "scores" | "signal">
  >
  & Pick<FeedbackOptions, "kind" | "labels" | "question" | "perItem" | "scores" | "signal">;

const lastPort = 65_535;
/** Shorter ones can be guessed. */
const leastToken = 8;
const tokenPattern = new RegExp(`^[\\w-]{${leastToken},200}$`);

const tokenRule: Rule = [
  `a text of ${leastToken} or more letters, digits, _ and -, or false`,
  (value) => value === false || typeof value === "string" && tokenPattern.test(value),
];
const labelsRule: Rule = [
  "a list of texts, each once",
  (value) => texts[1](value) && new Set(value as string[]).size === (value as string[]).length,
];

/** What the options must be. */
export const feedbackRules: Rules<FeedbackOptions> = {
  file: text,
  kind: oneOf(feedbackKinds),
  columns: record,
  labels: labelsRule,
  question: text,
  ties: yesOrNo,
  perItem: whole,
  next: oneOf(["order", "random", "uncertain", "disagreement"]),
  scores: [
    "a column or a function",
    (value) => text[1](value) || typeof value === "function",
  ],
  seed: wholeFrom0,
  idleSeconds: positive,
  host: text,
  port: [
    `a whole number from 0 to ${lastPort}`,
    (value) => wholeFrom0[1](value) && (value as number) <= lastPort,
  ],
  token: tokenRule,
  quiet: yesOrNo,
  signal: abortSignal,
};

const columnRules: Rules<FeedbackColumns> = {
  prompt: text,
  answers: [
    "a column or a list of columns",
    (value) => text[1](value) || texts[1](value) && (value as string[]).length > 0,
  ],
  text,
  label: text,
  spans: text,
  gold: text,
};

const usualIdleSeconds = 60;

/** The options with what is usual; throws one error of kind "input" with all that make no sense. */
export function feedbackSettings(options: FeedbackOptions): FeedbackSettings {
  checkOptions("feedback", options, feedbackRules, () => otherMistakes(options));
  return {
    file: "answers.jsonl",
    columns: {},
    ties: true,
    next: "random",
    seed: 1,
    idleSeconds: usualIdleSeconds,
    host: "127.0.0.1",
    port: 0,
    token: crypto.randomUUID().replaceAll("-", ""),
    quiet: false,
    ...withoutUndefined(options),
  };
}

function otherMistakes({ next, scores, columns }: FeedbackOptions): Mistake[] {
  return [
    ...isRecord(columns)
      ? optionMistakes(columns, columnRules).map((each) => ({ ...each, part: "columns" }))
      : [],
    ...next === "uncertain" && scores === undefined
      ? [mistakeOf((nameOf) => `${nameOf("next")} is "uncertain", which needs ${nameOf("scores")}`)]
      : [],
  ];
}
