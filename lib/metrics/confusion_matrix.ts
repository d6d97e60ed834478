/**
 * The confusion matrix: which class was taken for which.
 *
 * @module
 */
import { confusionChart } from "../chart/confusion_chart.ts";
import { bundleOf, type MimeBundle, withDisplay } from "../core/display.ts";
import { htmlFrame, htmlTable, svgImage } from "../core/html.ts";
import { textTable } from "../core/text_table.ts";
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";

/** Counts of rows by true and by predicted class. */
export interface ConfusionMatrix {
  /** The classes, in the order of rows and columns. */
  labels: string[];
  /** `counts[i][j]` rows have class i and were given class j. */
  counts: number[][];
}

/**
 * Counts the rows of each class by what they were given, over all labels. Equals scikit-learn's
 * `confusion_matrix`.
 *
 * @example
 * ```ts
 * import { confusionMatrix, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 1, 0, 1, 1, 0), // predicts good, good, bad
 *   truth: [1, 0, 0],
 * });
 * assert.deepEqual(confusionMatrix.compute(predictions).counts, [[1, 1], [0, 1]]);
 * ```
 */
export const confusionMatrix: Metric<ConfusionMatrix, Predictions<"single">> = metric({
  name: "confusionMatrix",
  kinds: ["single"],
  isTable: true,
  better: "higher",
  compute({ labels, truth, predicted }) {
    const counts = labels.map(() => labels.map(() => 0));
    truth.forEach((label, row) => counts[label][predicted[row]]++);
    return withDisplay({ labels: [...labels], counts }, matrixDisplay, matrixText);
  },
});

/** More classes than these are no matrix in a terminal, and so many mistakes are told then. */
const [mostColumns, mostPairs] = [12, 12];

/** The matrix, or of many classes the commonest mistakes. */
function matrixText({ labels, counts }: ConfusionMatrix): string {
  if (labels.length <= mostColumns) {
    const head = ["true class \\ given class", ...labels];
    const rows = counts.map((row, at) => [labels[at], ...row.map(String)]);
    return textTable(head, rows, head.map((_, at) => at === 0 ? "left" : "right"));
  }
  const wrong = counts.flatMap((row, i) =>
    row.flatMap((rows, j) => i !== j && rows > 0 ? [{ rows, pair: [labels[i], labels[j]] }] : [])
  ).sort((a, b) => b.rows - a.rows);
  const shown = wrong.slice(0, mostPairs).map(({ rows, pair }) => [...pair, String(rows)]);
  return [
    `${labels.length} classes, ${wrong.length} kinds of mistakes` +
    (wrong.length > mostPairs ? `, the commonest ${mostPairs}` : ""),
    ...shown.length > 0
      ? [textTable(["true class", "given class", "rows"], shown, ["left", "left", "right"])]
      : [],
  ].join("\n");
}

async function matrixDisplay({ labels, counts }: ConfusionMatrix): Promise<MimeBundle> {
  const chart = confusionChart({ labels, counts });
  const head = ["true class \\ given class", ...labels];
  const rows = counts.map((row, at) => [labels[at], ...row.map(String)]);
  const align = head.map((_, at) => at === 0 ? "left" as const : "right" as const);
  return bundleOf(
    textTable(head, rows, align),
    htmlFrame(
      svgImage(await chart.svg(), chart.description),
      htmlTable({
        caption: "Confusion matrix: rows of each true class by the class that they were given",
        columns: head.map((title, at) => ({ title, align: align[at] })),
        rows,
      }),
    ),
  );
}
