/**
 * The numbers of other packages that searches are compared with.
 *
 * @module
 */
import { goldenPath } from "../models/golden.ts";

/** What `tests/golden/make_search.py` writes. */
interface GoldenSearch {
  readonly sobol: readonly { readonly dimensions: number; readonly points: number[][] }[];
  readonly wilcoxon: readonly {
    readonly name: string;
    readonly differences: number[];
    readonly tests: readonly {
      readonly zeros: "drop" | "split";
      readonly alternative: "two-sided" | "less" | "greater";
      readonly pValue: number;
    }[];
  }[];
  readonly cma: readonly {
    readonly size: number;
    readonly sigma: number;
    readonly generations: readonly {
      readonly solutions: { at: number[]; loss: number }[];
      readonly mean: number[];
      readonly sigma: number;
      readonly covariance: number[][];
    }[];
  }[];
  readonly fronts: readonly {
    readonly name: string;
    readonly losses: number[][];
    readonly fronts: number[][];
    /** null is infinite. */
    readonly crowding: (number | null)[][];
  }[];
  readonly process: {
    readonly points: number[][];
    readonly values: number[];
    readonly asked: number[][];
    readonly lengths: number[];
    readonly signal: number;
    readonly noise: number;
    readonly logLikelihood: number;
    readonly gradient: number[];
    readonly mean: number[];
    readonly variance: number[];
  };
  readonly improvement: readonly {
    readonly z: number;
    readonly log: number;
    readonly slope: number;
  }[];
  readonly parzen: {
    readonly observed: number[][];
    readonly weights: number[];
    readonly asked: number[][];
    readonly logDensity: number[];
  };
  readonly pruners: readonly {
    readonly name: string;
    readonly better: "lower" | "higher";
    readonly reports: number[][];
    readonly said: boolean[][];
  }[];
}

/** The file as it is committed. */
export const goldenSearch: GoldenSearch = JSON.parse(
  await Deno.readTextFile(goldenPath("search.json")),
);

/** Whether two numbers are the same but for a share of the larger one, or for the share itself near 0. */
export function isNear(own: number, expected: number, tolerance: number): boolean {
  return Math.abs(own - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
