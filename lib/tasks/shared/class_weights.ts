/**
 * Weights of labels in the loss.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Labels } from "../../data/labels.ts";
import type { ObjectiveContext } from "../../nn/task.ts";

/**
 * Weights in the order of the labels; `balanced` is rows / (labels · rows of the label), over the labels that
 * have rows. A label of the model's head without any has the weight 1: no row asks for it.
 */
export function classWeightsOf(
  wanted: ObjectiveContext["classWeights"],
  trainLabels: Labels | undefined,
): { classWeights?: number[] } {
  if (wanted === undefined || !trainLabels) return {};
  const { names: labels } = trainLabels;
  if (wanted === "balanced") {
    const ids = trainLabels.kind === "single" ? Array.from(trainLabels.ids) : [];
    const rows = ids.length;
    const counts = labels.map((_, id) => ids.filter((at) => at === id).length);
    const present = counts.filter((count) => count > 0).length;
    return { classWeights: counts.map((count) => count === 0 ? 1 : rows / (present * count)) };
  }
  const wrong = Object.entries(wanted).flatMap(([label, weight]) => {
    if (!labels.includes(label)) {
      return [`there is no label ${quoted(label)}${didYouMean(label, labels)}`];
    }
    return weight >= 0 && Number.isFinite(weight)
      ? []
      : [`the weight of ${quoted(label)} is ${weight}, but must be a number from 0`];
  });
  if (wrong.length === 0 && labels.every((label) => wanted[label] === 0)) {
    wrong.push("the weight of every label is 0, so that nothing can be learned");
  }
  if (wrong.length > 0) throw mistakes("input", "classWeights are wrong:", wrong);
  return { classWeights: labels.map((label) => wanted[label] ?? 1) };
}
