/**
 * What both tests of two runs share: the same rows, the result, the p-value.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { type Rules, whole, wholeFrom0 } from "../../core/option_rules.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Metric } from "../../metrics/metric.ts";
import { formatNumber } from "../display/format_number.ts";
import { titleOf } from "../display/score_titles.ts";

/** How often a test draws. */
export interface PairedTestOptions {
  /** Chooses the draws: 1 unless given. */
  readonly seed?: number;
  /** How many draws: 1000 unless given, for approximate randomisation 10000, as in sacreBLEU. */
  readonly samples?: number;
}

/** The scores of two runs on the same rows, and how likely chance alone tells them apart as far. */
export interface PairedTest {
  /** The name of the score. */
  readonly metric: string;
  /** The score of the first run. */
  readonly a: number;
  /** The score of the second run. */
  readonly b: number;
  /** The second score minus the first. */
  readonly difference: number;
  /**
   * How often draws in which the runs are alike differ by more: below 0.05 the difference is commonly
   * called significant.
   */
  readonly pValue: number;
  readonly samples: number;
  readonly seed: number;
  toString(): string;
}

/** What the draws give, however many they were. */
export type PairedTestFigures = Omit<PairedTest, "samples" | "seed" | "toString">;

const rules: Rules<PairedTestOptions> = { seed: wholeFrom0, samples: whole };

/** The options with what is usual in place of those that were not given. */
export function pairedTestOptions(
  of: string,
  options: PairedTestOptions,
  samples: number,
): Required<PairedTestOptions> {
  checkOptions(of, options, rules);
  return { seed: options.seed ?? 1, samples: options.samples ?? samples };
}

/** What rows are compared by, of the kinds of predictions that have it. */
const truths = ["references", "truth", "inputs"] as const;

/** Refuses runs on other rows: a paired test takes the same rows from both. */
export function requireSameRows(of: string, a: AnyPredictions, b: AnyPredictions): void {
  if (a.kind !== b.kind || a.rows !== b.rows) {
    throw new TunebookError(
      "input",
      `${of} compares two runs on the same rows, but got ${a.rows} of kind "${a.kind}" and ` +
        `${b.rows} of kind "${b.kind}"`,
    );
  }
  const wrong = truths.flatMap((name) => {
    const [one, other] = [a, b].map((each) =>
      (each as unknown as Readonly<Record<string, ArrayLike<unknown> | undefined>>)[name]
    );
    if (!one || !other) return [];
    const shown = (value: unknown) => JSON.stringify(value);
    return Array.from({ length: Math.max(one.length, other.length) }, (_, at) => at)
      .filter((at) => shown(one[at]) !== shown(other[at]))
      .map((at) => `row ${1 + Math.floor(at * a.rows / one.length)} has other ${name}`);
  });
  if (wrong.length > 0) {
    throw mistakes("data", `${of} compares two runs on the same rows, but:`, [...new Set(wrong)]);
  }
}

/** The share of draws that differ by more; the real difference counts as one draw. */
export function pValueOf(differences: readonly number[], real: number): number {
  return (differences.filter((each) => each > real).length + 1) / (differences.length + 1);
}

/** The result in words. */
export function pairedTestText(
  metric: Pick<Metric, "name" | "title">,
  { a, b, pValue, samples }: Pick<PairedTest, "a" | "b" | "pValue" | "samples">,
  drawn: string,
): string {
  return `${titleOf(metric)}: ${formatNumber(a)} and ${formatNumber(b)}, ` +
    `p = ${formatNumber(pValue)} (${samples.toLocaleString("en")} ${drawn})`;
}
