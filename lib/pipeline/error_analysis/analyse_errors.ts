/**
 * Looks at the held-out rows of a classifier and at the rows of all splits.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { labelIssues } from "../../evaluate/label_issues.ts";
import { rowCrossEntropy } from "../../evaluate/row_cross_entropy.ts";
import { confusionMatrix } from "../../metrics/confusion_matrix.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { AnyTask } from "../plan_spec.ts";
import { type AnalysedSplit, duplicatesOf } from "./duplicates.ts";
import type { ConfusedPair, ErrorAnalysis, RowLoss } from "./error_analysis.ts";
import { shownErrorAnalysis } from "./error_analysis_display.ts";
import type { ErrorAnalysisOptions } from "./error_analysis_options.ts";

/** What a run has that is looked at. */
export interface AnalysedRun {
  readonly task: AnyTask;
  readonly predictions: AnyPredictions;
  /** The splits that there are; the last one is the held-out one. */
  readonly splits: readonly AnalysedSplit[];
}

const usualShown = 12;
/** Of 500 emoji 2 joins 29, most of them flags that differ in colour alone, 4 joins 47 and 10 joins 103. */
const usualDistance = 2;

/** Analyses the errors of a run; an error of kind "unsupported" where rows have no single label. */
export async function analyseErrors(
  { task, predictions, splits }: AnalysedRun,
  options: ErrorAnalysisOptions,
  signal: AbortSignal,
): Promise<ErrorAnalysis> {
  const test = splits.at(-1)!;
  if (predictions.kind !== "single") {
    throw new TunebookError(
      "unsupported",
      `errorAnalysis looks at rows with one label each, and those of ${task.name} here have the kind ` +
        `"${predictions.kind}"`,
    );
  }
  const single = predictions as Predictions<"single">;
  const { shown = usualShown, maxDistance = usualDistance } = options;
  const { numberOf } = sourceRows(test.table, "the test data");
  const fields = {
    topLosses: topLossesOf(single, numberOf),
    confusion: confusionMatrix.compute(single),
    mostConfused: mostConfusedOf(single),
    labelIssues: labelIssues(single).map((issue) => ({ ...issue, number: numberOf(issue.row) })),
    duplicates: await duplicatesOf(splits, { task, maxDistance, signal }),
  };
  return shownErrorAnalysis(fields, { task, splits, shown });
}

function topLossesOf(
  { rows, labels, truth, predicted, probabilities, logits }: Predictions<"single">,
  numberOf: (row: number) => number,
): RowLoss[] {
  const outputs = labels.length;
  return Array.from({ length: rows }, (_, row) => ({
    row,
    number: numberOf(row),
    label: labels[truth[row]],
    predicted: labels[predicted[row]],
    probability: probabilities[row * outputs + predicted[row]],
    loss: rowCrossEntropy(logits.subarray(row * outputs, (row + 1) * outputs), truth[row]),
  })).sort((a, b) => b.loss - a.loss || a.row - b.row);
}

function mostConfusedOf(predictions: Predictions<"single">): ConfusedPair[] {
  const { labels, counts } = confusionMatrix.compute(predictions);
  return counts.flatMap((row, i) =>
    row.flatMap((rows, j) =>
      i !== j && rows > 0 ? [{ label: labels[i], predicted: labels[j], rows }] : []
    )
  ).sort((a, b) => b.rows - a.rows);
}
