/**
 * What SciPy and scikit-learn say of drift, from `drift.json`.
 *
 * @module
 */
import { goldenPath } from "../../../models/golden.ts";

/** The golden file. */
export interface GoldenDrift {
  readonly kolmogorov_smirnov: readonly {
    readonly name: string;
    readonly method: "exact" | "asymptotic";
    readonly first: number[];
    readonly second: number[];
    readonly statistic: number;
    readonly p: number;
  }[];
  readonly counts: readonly {
    readonly name: string;
    readonly reference: number[];
    readonly served: number[];
    readonly jensen_shannon: number;
    readonly chi_square: number;
    readonly freedom: number;
    readonly p: number;
    readonly stability: number;
  }[];
  readonly classifiers: readonly {
    readonly name: string;
    readonly reference: number[][];
    readonly served: number[][];
    readonly area: number;
    readonly p: number;
  }[];
  readonly platt: readonly {
    readonly name: string;
    readonly log_odds: number[];
    readonly right: boolean[];
    readonly slope: number;
    readonly intercept: number;
  }[];
  readonly tails: {
    readonly statistics: number[];
    readonly freedoms: number[];
    readonly chi_square: number[][];
    readonly z: number[];
    readonly normal: number[];
  };
  readonly adjusted: { readonly p: number[]; readonly benjamini_hochberg: number[] };
}

/** Reads it. */
export const golden: GoldenDrift = JSON.parse(await Deno.readTextFile(goldenPath("drift.json")));

/** How far a number is from another, as a share of it; of small ones as they are. */
export function apart(found: number, wanted: number): number {
  return Math.abs(found - wanted) / Math.max(1e-12, Math.abs(wanted));
}
