/**
 * How many pixels of each class are true, predicted, and both.
 *
 * @module
 */
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import type { RowStatistics } from "../metric.ts";

/** The pixels of one class. */
export interface PixelCounts {
  /** Pixels that are of the class and were given it. */
  readonly both: number;
  readonly predicted: number;
  readonly truth: number;
}

const perClass = 3;
const known = new WeakMap<MaskPredictions, RowStatistics>();

/** The counts of each row, three numbers a class; pixels whose true class is ignored are in none. */
export function pixelStatistics(predictions: MaskPredictions): RowStatistics {
  const found = known.get(predictions) ?? count(predictions);
  known.set(predictions, found);
  return found;
}

function count({ labels, truth, predicted, ignoredIndex }: MaskPredictions): RowStatistics {
  const size = perClass * labels.length;
  const values = new Float64Array(size * truth.length);
  truth.forEach(({ data }, row) => {
    const own = values.subarray(row * size, (row + 1) * size);
    const { data: given } = predicted[row];
    for (let at = 0; at < data.length; at++) {
      const label = data[at];
      if (label === ignoredIndex) continue;
      if (label === given[at]) own[perClass * label]++;
      own[perClass * given[at] + 1]++;
      own[perClass * label + 2]++;
    }
  });
  return { size, values };
}

/** The sums of `pixelStatistics` by class. */
export function countsOfSums(sums: Float64Array): PixelCounts[] {
  return Array.from({ length: sums.length / perClass }, (_, label) => {
    const [both, predicted, truth] = sums.subarray(perClass * label, perClass * (label + 1));
    return { both, predicted, truth };
  });
}
