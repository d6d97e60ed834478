/**
 * How an advice is made.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import {
  integer,
  positive,
  record,
  type Rule,
  type Rules,
  text,
  whole,
  yesOrNo,
} from "../../core/option_rules.ts";
import type { Method } from "../../nn/method.ts";
import { checkMethod } from "../check_stages.ts";

/** How an advice is made. */
export interface AdviseOptions {
  /**
   * The difference of scores that matters: of accuracy, of the share of right words, of R²; 0.05 unless given. Rows
   * are enough where they show it, and simple things are where no more is left to gain.
   */
  readonly difference?: number;
  /**
   * A column of dates or numbers that orders the rows by time. Unless given, drift is looked for along the rows as
   * they stand, and only told.
   */
  readonly order?: string;
  /** A column whose equal values belong together, such as an author: rows of one value should be in one split. */
  readonly groups?: string;
  /** Trains the methods at equal budget where nothing speaks against it; true unless given. */
  readonly measure?: boolean;
  /** Minutes for all methods together; 3 unless given. */
  readonly minutes?: number;
  /** Runs of each method, where the minutes allow it; 1 unless given. */
  readonly seeds?: number;
  /** The methods that are measured, by name; the usual ones unless given. */
  readonly methods?: Readonly<Record<string, Method>>;
  /**
   * A file that keeps how long measured runs were forecast to take and took, a line of JSON each: forecasts are
   * corrected by all of them. Only the runs of this advice unless given.
   */
  readonly forecasts?: string;
  /** At most so many training rows are looked at by simple classifiers; 2000 unless given. */
  readonly rows?: number;
  /** Tokens of a text; 128 unless given. */
  readonly maxTokens?: number;
  /** The seed of folds and samples; 1 unless given. */
  readonly seed?: number;
}

const difference: Rule = [
  "a difference of scores, above 0 and below 1",
  (value) => typeof value === "number" && value > 0 && value < 1,
];

const rules: Rules<AdviseOptions> = {
  difference,
  order: text,
  groups: text,
  measure: yesOrNo,
  minutes: positive,
  seeds: whole,
  methods: record,
  forecasts: text,
  rows: whole,
  maxTokens: whole,
  seed: integer,
};

/** Options with what holds unless given. */
export type AdviseSettings =
  & Required<Omit<AdviseOptions, "order" | "groups" | "methods" | "forecasts">>
  & Pick<AdviseOptions, "order" | "groups" | "methods" | "forecasts">;

/** Fewer rows give five folds nothing to learn from. */
export const leastProbeRows = 20;

/** Throws an error of kind "input" for options that make no sense. */
export function adviseSettings(options: AdviseOptions): AdviseSettings {
  checkOptions("advise", options, rules);
  const methods = Object.values(options.methods ?? {});
  for (const method of methods) checkMethod("advise", method);
  if (options.methods && methods.length === 0) {
    throw new TunebookError("input", "advise has an empty list of methods; name some, or none");
  }
  return {
    difference: 0.05,
    measure: true,
    minutes: 3,
    seeds: 1,
    rows: 2000,
    maxTokens: 128,
    seed: 1,
    ...options,
  };
}
