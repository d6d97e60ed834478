/**
 * Predictions of several models about the same rows.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import type { Predictions } from "../../nn/predictions.ts";

/** What models say that can be combined: labels or numbers of each row. */
export type CombinedPredictions = Predictions<"single" | "multi" | "regression">;

const kinds: readonly string[] = ["single", "multi", "regression"];

/**
 * Throws one error of kind "input" unless all are about the same rows, with the same labels in the same order
 * and the same truth.
 */
export function checkSameRows(of: string, all: readonly CombinedPredictions[]): void {
  const wrong: string[] = [];
  const [first] = all;
  if (!first) wrong.push("there are no predictions");
  all.forEach(({ kind, labels, rows, truth }, at) => {
    const name = `predictions ${at + 1}`;
    if (!kinds.includes(kind)) {
      wrong.push(`${name} are of kind ${kind}, and only ${kinds.join(", ")} can be combined`);
    } else if (kind !== first.kind) {
      wrong.push(`${name} are of kind ${kind}, and the first of kind ${first.kind}`);
    } else if (labels.join("\n") !== first.labels.join("\n")) {
      wrong.push(
        `${name} have the labels ${labels.join(", ")}, the first ${first.labels.join(", ")}`,
      );
    } else if (rows !== first.rows || truth.some((value, row) => value !== first.truth[row])) {
      wrong.push(`${name} are about other rows than the first: give each model the same test rows`);
    }
  });
  if (wrong.length > 0) throw mistakes("input", `${of} cannot combine these:`, wrong);
}

/** Weights with the sum 1; equal ones unless given. Throws an error of kind "input" for impossible ones. */
export function sharesOf(
  of: string,
  count: number,
  weights: readonly number[] | undefined,
): number[] {
  if (weights === undefined) return Array.from({ length: count }, () => 1 / count);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const wrong: string[] = [];
  if (weights.length !== count) {
    wrong.push(`weights are ${weights.length}, but there are ${count} predictions`);
  }
  if (!weights.every((weight) => Number.isFinite(weight) && weight >= 0) || !(total > 0)) {
    wrong.push(`weights must be numbers of 0 and more, not all 0, but are ${weights.join(", ")}`);
  }
  if (wrong.length > 0) throw mistakes("input", `${of} cannot combine these:`, wrong);
  return weights.map((weight) => weight / total);
}
