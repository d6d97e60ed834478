/**
 * How many pixels classes have in a training, and what each weighs.
 *
 * @module
 */
import type { LabelMask } from "../../nn/mask_predictions.ts";
import type { ObjectiveContext } from "../../nn/task.ts";
import { classWeightsOf } from "../shared/class_weights.ts";
import { ignoredClass } from "./mask_classes.ts";

/** The pixels of each class in all masks, [classes]; ignored ones are in none. */
export function pixelCounts(masks: Iterable<LabelMask>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const { data } of masks) {
    for (const label of data) if (label !== ignoredClass) counts[label]++;
  }
  return counts;
}

/**
 * Weights in the order of the labels. `balanced` is pixels / (classes · pixels of the class), over the classes
 * that have pixels; 1 for the others.
 *
 * Throws an error of kind "input" for a label that is not known and for weights that are none.
 */
export function pixelWeights(
  wanted: ObjectiveContext["classWeights"],
  labels: readonly string[],
  masks: readonly LabelMask[],
): { classWeights?: readonly number[] } {
  if (wanted !== "balanced") {
    return classWeightsOf(wanted, { kind: "single", names: [...labels], ids: new Int32Array() });
  }
  const counts = pixelCounts(masks, labels.length);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return {
    classWeights: Array.from(counts, (count) => count === 0 ? 1 : all / (present * count)),
  };
}
