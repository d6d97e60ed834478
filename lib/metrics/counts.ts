/**
 * How often each class was predicted rightly and wrongly.
 *
 * @module
 */
import type { Predictions } from "../nn/predictions.ts";

/** The counts of one class. */
export interface ClassCounts {
  /** Rows of the class that were predicted as such. */
  truePositives: number;
  /** Rows of other classes that were predicted as this one. */
  falsePositives: number;
  /** Rows of the class that were predicted as something else. */
  falseNegatives: number;
}

/** Counts for each class, in the order of `predictions.labels`; not for a regression. */
export function countsOf(
  { kind, labels, truth, predicted }: Predictions<"single" | "multi">,
): ClassCounts[] {
  const counts = labels.map(() => ({ truePositives: 0, falsePositives: 0, falseNegatives: 0 }));
  for (let i = 0; i < truth.length; i++) {
    if (kind === "single") {
      if (truth[i] === predicted[i]) {
        counts[truth[i]].truePositives++;
      } else {
        counts[truth[i]].falseNegatives++;
        counts[predicted[i]].falsePositives++;
      }
    } else {
      const own = counts[i % labels.length];
      if (truth[i] && predicted[i]) own.truePositives++;
      else if (truth[i]) own.falseNegatives++;
      else if (predicted[i]) own.falsePositives++;
    }
  }
  return counts;
}
