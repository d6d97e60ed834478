/**
 * Weights of labels in the loss.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { TrainSettings } from "../train/train_options.ts";
import type { PreparedData } from "./prepare_data.ts";

/** Weights in the order of the labels; `balanced` is rows / (labels · rows of the label). */
export function classWeightsOf(
  wanted: TrainSettings["classWeights"],
  { labels, train }: PreparedData,
): { classWeights?: number[] } {
  if (wanted === undefined) return {};
  if (wanted === "balanced") {
    const rows = train.truth.length;
    const counts = labels.map((_, id) => Array.from(train.truth).filter((at) => at === id).length);
    return { classWeights: counts.map((count) => rows / (labels.length * count)) };
  }
  const wrong = Object.entries(wanted).flatMap(([label, weight]) => {
    if (!labels.includes(label)) {
      return [`there is no label "${label}"${didYouMean(label, labels)}`];
    }
    return weight > 0 && Number.isFinite(weight) ? [] : [`the weight of "${label}" is ${weight}`];
  });
  if (wrong.length > 0) throw mistakes("input", "classWeights are wrong:", wrong);
  return { classWeights: labels.map((label) => wanted[label] ?? 1) };
}
