/**
 * Which images a segmentation is wrong about, and where.
 *
 * @module
 */
import { meanIou } from "../../metrics/mean_iou.ts";
import type { LabelMask, MaskPredictions } from "../../nn/mask_predictions.ts";

/** So many pairs of classes are named. */
const mostPairs = 3;

/** The mean IoU of each row by itself; NaN where all pixels are ignored. */
export function rowIous(predictions: MaskPredictions): Float64Array {
  const { statistics, scoreOf } = meanIou.additive!;
  const { size, values } = statistics(predictions);
  return Float64Array.from(
    { length: predictions.rows },
    (_, row) => scoreOf(values.subarray(row * size, (row + 1) * size)),
  );
}

/** Which classes were taken for which others, with most pixels first. */
export function wrongPixels(
  { data: truth }: LabelMask,
  { data: predicted }: LabelMask,
  ignored: number,
): [own: number, other: number, pixels: number][] {
  const counts = new Map<string, [number, number, number]>();
  for (let at = 0; at < truth.length; at++) {
    const [own, other] = [truth[at], predicted[at]];
    if (own === other || own === ignored) continue;
    const key = `${own} ${other}`;
    const found = counts.get(key) ?? [own, other, 0];
    found[2]++;
    counts.set(key, found);
  }
  return [...counts.values()].sort((a, b) => b[2] - a[2]).slice(0, mostPairs);
}
