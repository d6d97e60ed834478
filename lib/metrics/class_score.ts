/**
 * A score of one class, averaged over the classes in the three usual ways.
 *
 * @module
 */
import { type ClassCounts, countsOf } from "./counts.ts";
import type { Predictions } from "../nn/predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** One or many labels a row. */
export type LabelPredictions = Predictions<"single" | "multi">;

/**
 * A score with its averages; itself it is the macro average. Where a class's score is 0 ÷ 0 it
 * counts as 0. The definitions are those of scikit-learn with `zero_division=0`.
 */
export interface ClassScore extends Metric<number, LabelPredictions> {
  /**
   * The mean over classes. With a single label a row, classes that neither occur nor are
   * predicted are left out.
   */
  readonly macro: Metric<number, LabelPredictions>;
  /** The score of all classes' counts together. */
  readonly micro: Metric<number, LabelPredictions>;
  /** The mean over classes, weighted by how many rows have the class. */
  readonly weighted: Metric<number, LabelPredictions>;
  /** The score of each class by its label. */
  readonly perClass: Metric<Record<string, number>, LabelPredictions>;
}

/** Makes a class score out of what it is for one class. */
export function classScore(name: string, score: (counts: ClassCounts) => number): ClassScore {
  const shared = { kinds: ["single", "multi"], better: "higher", range: [0, 1] } as const;
  const macro = (predictions: LabelPredictions) => {
    const counts = countsOf(predictions);
    const kept = predictions.kind === "single" ? counts.filter(occurs) : counts;
    return sum(kept.map(score)) / kept.length;
  };
  return Object.freeze({
    ...metric({ ...shared, name, compute: macro }),
    macro: metric({ ...shared, name: `${name}.macro`, compute: macro }),
    micro: metric({
      ...shared,
      name: `${name}.micro`,
      compute: (predictions: LabelPredictions) => score(total(countsOf(predictions))),
    }),
    weighted: metric({
      ...shared,
      name: `${name}.weighted`,
      compute: (predictions: LabelPredictions) => {
        const counts = countsOf(predictions);
        return ratio(sum(counts.map((c) => support(c) * score(c))), sum(counts.map(support)));
      },
    }),
    perClass: metric({
      ...shared,
      name: `${name}.perClass`,
      isTable: true,
      compute: (predictions: LabelPredictions) =>
        Object.fromEntries(
          countsOf(predictions).map((counts, k) => [predictions.labels[k], score(counts)]),
        ),
    }),
  });
}

/** A quotient that is 0 where nothing was counted. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function support(counts: ClassCounts): number {
  return counts.truePositives + counts.falseNegatives;
}

function occurs(counts: ClassCounts): boolean {
  return support(counts) + counts.falsePositives > 0;
}

function total(counts: ClassCounts[]): ClassCounts {
  return {
    truePositives: sum(counts.map((c) => c.truePositives)),
    falsePositives: sum(counts.map((c) => c.falsePositives)),
    falseNegatives: sum(counts.map((c) => c.falseNegatives)),
  };
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
