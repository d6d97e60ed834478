/**
 * Conditions, tested on rows that were judged.
 *
 * @module
 */
import { wilsonInterval } from "../../../core/wilson_interval.ts";
import { benjaminiHochberg, holm } from "../../adjust_p_values.ts";
import { fisherExact } from "../../fisher_exact.ts";
import type { SliceCondition } from "./condition.ts";
import { shownSlices } from "./slice_display.ts";
import type { SliceReport, SliceScore } from "./slice_report.ts";

/** A condition with the rows that fulfil it. */
export interface Slice extends SliceCondition {
  readonly inside: readonly boolean[];
}

const corrections = { holm, benjaminiHochberg };

/** How slices are reported. */
export interface SliceReportOptions {
  readonly correction: keyof typeof corrections;
  /** Slices that are kept, from the smallest p-value. */
  readonly most: number;
}

/** Tests each slice against all rows. */
export function testedSlices(
  slices: readonly Slice[],
  right: readonly boolean[],
  { correction, most }: SliceReportOptions,
): SliceReport {
  const rows = right.length;
  const wrong = rowsThatAre(right, false);
  const scores = slices.map(({ name, holds, inside }): Omit<SliceScore, "corrected"> => {
    const own = rowsThatAre(inside, true);
    const ownWrong = right.reduce((sum, is, row) => sum + Number(inside[row] && !is), 0);
    const { mean, low, high } = wilsonInterval(own - ownWrong, own);
    const elsewhere = (rows - own - (wrong - ownWrong)) / (rows - own);
    const pValue = fisherExact({ found: ownWrong, drawn: own, marked: wrong, rows });
    return { name, rows: own, accuracy: mean, low, high, elsewhere, pValue, holds };
  });
  const corrected = corrections[correction](scores.map(({ pValue }) => pValue));
  const all = scores.map((score, at): SliceScore => ({ ...score, corrected: corrected[at] }))
    .sort((a, b) => a.pValue - b.pValue || b.rows - a.rows);
  return shownSlices({
    ...{ rows, accuracy: (rows - wrong) / rows, tested: slices.length, correction },
    slices: all.slice(0, most),
  });
}

/** How many are so. */
export function rowsThatAre(values: readonly boolean[], value: boolean): number {
  return values.reduce((sum, each) => sum + Number(each === value), 0);
}
