/**
 * The numbers of other packages that model selection is compared with.
 *
 * @module
 */
import { goldenPath } from "../models/golden.ts";

/** What `tests/golden/make_selection.py` writes. */
interface GoldenSelection {
  readonly resampled: readonly {
    readonly a: number[];
    readonly b: number[];
    readonly trainRows: number;
    readonly testRows: number;
    readonly difference: number;
    readonly statistic: number;
    readonly pValue: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly student: readonly {
    readonly within: number;
    readonly freedom: number;
    readonly t: number;
  }[];
  readonly mcNemar: readonly {
    readonly onlyA: number;
    readonly onlyB: number;
    readonly tests: readonly {
      readonly exact: boolean;
      readonly corrected: boolean;
      readonly statistic: number;
      readonly pValue: number;
    }[];
  }[];
  readonly holm: readonly { readonly pValues: number[]; readonly adjusted: number[] }[];
  readonly grouped: readonly {
    readonly folds: number;
    /** The rows of each class in each group. */
    readonly counts: number[][];
    readonly groupFolds: number[];
    readonly stratifiedGroupFolds: number[];
  }[];
  readonly stratified: readonly {
    readonly folds: number;
    readonly labels: number[];
    /** The rows of each class in each fold. */
    readonly counts: number[][];
  }[];
}

/** The file as it is committed. */
export const goldenSelection: GoldenSelection = JSON.parse(
  await Deno.readTextFile(goldenPath("selection.json")),
);
