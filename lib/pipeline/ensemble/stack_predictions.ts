/**
 * A model of what models say.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { positive, type Rules } from "../../core/option_rules.ts";
import { type LogisticRegression, logisticRegression } from "../../evaluate/logistic_regression.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { withProbabilities } from "../../combine/ensemble/average_predictions.ts";
import { checkSameRows, type CombinedPredictions } from "../../combine/ensemble/same_rows.ts";

/** How models are stacked. */
export interface StackPredictionsOptions {
  /** The inverse of the penalty on weights, as `C` in scikit-learn: 1 unless given. */
  readonly c?: number;
}

const rules: Rules<StackPredictionsOptions> = { c: positive };

/** A fitted stack. */
export interface StackedPredictions {
  /** What it makes of the models' probabilities; one row of weights of two labels, one each of more. */
  readonly fitted: Pick<LogisticRegression, "coefficients" | "intercepts">;
  /**
   * What the stack says about other rows.
   *
   * @throws {TunebookError} of kind `input` for predictions of other labels or of another number of models.
   */
  apply(all: readonly Predictions<"single">[]): Predictions<"single">;
}

/**
 * Fits a logistic regression to the probabilities of several models (Wolpert 1992, "Stacked generalization"). Give
 * what the models say about rows that did not train them, validation rows or the left-out rows of each fold:
 * what they say about their own training rows is too sure to learn from. Equal to scikit-learn's
 * `StackingClassifier(cv="prefit")`.
 *
 * @param all what each model said about the same rows
 * @throws {TunebookError} of kind `input` for predictions of other rows or labels, and of kind `data` for rows
 *   of one label alone.
 *
 * @example
 * ```ts
 * import { accuracy, predictionsOf, stackPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (...logits: number[]) =>
 *   predictionsOf({
 *     kind: "single",
 *     labels: ["bad", "good"],
 *     logits: Float32Array.from(logits), // [2 rows × 2 labels]
 *     truth: [0, 1],
 *   });
 * const all = [say(0, 2, 2, 0), say(1, 0, 1, 0)]; // the first one is always wrong, which is worth knowing
 * const stack = stackPredictions(all, { c: 10 });
 * assert.equal(accuracy.compute(stack.apply(all)), 1);
 * ```
 */
export function stackPredictions(
  all: readonly Predictions<"single">[],
  options: StackPredictionsOptions = {},
): StackedPredictions {
  checkOptions("stackPredictions", options, rules);
  checkAll(all);
  const [{ labels, truth }] = all;
  const names = labels.map((_, at) => nameOf(at));
  const fitted = logisticRegression(featuresOf(all), Array.from(truth, (id) => names[id]), options);
  const known = fitted.classes.map((name) => names.indexOf(name));
  return {
    fitted: { coefficients: fitted.coefficients, intercepts: fitted.intercepts },
    apply(others) {
      checkAll(others);
      const [first] = others;
      if (others.length !== all.length || String(first.labels) !== String(labels)) {
        throw new TunebookError(
          "input",
          `the stack is of ${all.length} models with the labels ${
            labels.join(", ")
          }, and these are ` +
            `${others.length} with ${first.labels.join(", ")}`,
        );
      }
      const probabilities = new Float64Array(first.rows * labels.length);
      fitted.probabilities(featuresOf(others)).forEach((row, at) =>
        row.forEach((value, id) => probabilities[at * labels.length + known[id]] = value)
      );
      return withProbabilities(first, probabilities);
    },
  };
}

/** Names that sort as numbers do. */
function nameOf(id: number): string {
  return String(id).padStart(6, "0");
}

function checkAll(all: readonly Predictions<"single">[]): void {
  checkSameRows("stackPredictions", all as readonly CombinedPredictions[]);
  const [{ kind }] = all;
  if (kind === "single") return;
  throw new TunebookError("input", `stackPredictions is of one label a row, not of kind ${kind}`);
}

/** The probabilities of all models side by side; of two labels those of the second one alone. */
function featuresOf(all: readonly Predictions<"single">[]): Float64Array[] {
  const [{ rows, labels: { length: outputs } }] = all;
  const first = outputs === 2 ? 1 : 0;
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(
      all.flatMap(({ probabilities }) =>
        Array.from(probabilities.subarray(row * outputs + first, (row + 1) * outputs))
      ),
    ));
}
