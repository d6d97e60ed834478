/**
 * Answers with labels, as predictions and back.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { LabelPredictions } from "../../metrics/class_score.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";

/**
 * Probabilities as predictions; the truth is not known unless given.
 *
 * @throws {TunebookError} of kind `unsupported` for numbers
 */
export function predictionsOfAnswers(
  answers: readonly SaidLabel[],
  truth: readonly number[] = answers.map(() => 0),
): LabelPredictions {
  const [{ label, probabilities: first }] = answers;
  const labels = Object.keys(first);
  const isMulti = Array.isArray(label);
  if (typeof label === "number") {
    throw new TunebookError(
      "unsupported",
      "an ensemble answers with labels; for numbers take averagePredictions of what runs said",
    );
  }
  const logits = Float32Array.from(
    answers.flatMap(({ probabilities }) =>
      labels.map((name) => {
        const p = Math.min(
          Math.max(probabilities[name], leastProbability),
          1 - leastProbability / 10,
        );
        return isMulti ? Math.log(p) - Math.log1p(-p) : Math.log(p);
      })
    ),
  );
  const kind = isMulti ? "multi" : "single";
  const known = isMulti ? answers.flatMap(() => labels.map(() => 0)) : truth;
  return predictionsOf({ kind, labels, logits, truth: known }) as LabelPredictions;
}

/** Probabilities are kept above this, so that their logarithm is a number. */
const leastProbability = 1e-12;

/** The label of a row with its probabilities. */
export function saidBy(
  { kind, labels, probabilities, predicted }: LabelPredictions,
  row: number,
): SaidLabel {
  const outputs = labels.length;
  const own = probabilities.subarray(row * outputs, (row + 1) * outputs);
  return {
    label: kind === "single"
      ? labels[predicted[row]]
      : labels.filter((_, at) => predicted[row * outputs + at] === 1),
    probabilities: Object.fromEntries(labels.map((label, at) => [label, own[at]])),
  };
}
