/**
 * What a selection leaves: the leaderboard, the chosen candidate, and its score on the test rows.
 *
 * @module
 */
import type { Drawing } from "../../chart/drawing.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { RunResult } from "../run/run_result.ts";
import type { RankedCandidate } from "./leaderboard.ts";
import type { SelectionRule } from "./select_options.ts";

/** The score of the whole procedure, from nested cross-validation. */
export interface NestedScore<Name extends string = string> {
  /** The mean over the outer folds: what selecting so and training the chosen one gives. */
  readonly score: ScoreInterval;
  readonly folds: readonly {
    readonly fold: number;
    /** What was chosen on the outer training rows. */
    readonly chosen: Name;
    /** Its score on the outer test rows. */
    readonly score: number;
  }[];
}

/** What a selection leaves. */
export interface Selection<Name extends string = string> {
  /** The candidates, best mean first; those that failed last. */
  readonly rows: readonly RankedCandidate<Name>[];
  /** The one with the best mean. */
  readonly best: RankedCandidate<Name>;
  /** The one that the rule takes. */
  readonly chosen: RankedCandidate<Name>;
  readonly rule: SelectionRule;
  /** The name of the score. */
  readonly metric: string;
  /** Rows that were cut into folds; test rows are not among them. */
  readonly poolRows: number;
  /** Absent where no outer folds were asked for. */
  readonly nested?: NestedScore<Name>;
  /** The chosen plan, trained on all training rows; absent without `refit`. */
  readonly result?: RunResult<Readonly<Record<string, unknown>>>;
  /** Its score on the test rows, which nothing was chosen by, with the interval over those rows. */
  readonly test?: {
    readonly score: number;
    readonly rows: number;
    readonly interval?: ScoreInterval;
  };
  /** What the figures mean, and what leaks from fold to fold. */
  readonly notes: readonly string[];
  /** The scores with their intervals; `scoreName` names the axis, for other languages. */
  chart(options?: { readonly scoreName?: string }): Drawing;
  /** The leaderboard as a page that stands by itself. */
  html(): Promise<string>;
  /** Frees the trained model, if there is one. */
  dispose(): Promise<void>;
  toString(): string;
}

/** What a selection is made of. */
export type SelectionFigures = Omit<Selection, "chart" | "html" | "dispose" | "toString">;
