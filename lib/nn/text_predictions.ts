/**
 * What a model wrote for held-out rows, with what it should have written.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { list, required, type Rules } from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import type { AnyPredictions } from "./predictions.ts";
import { selectable } from "./select_rows.ts";

/** Texts that a model wrote. All lists are in row order. */
export interface TextPredictions extends AnyPredictions {
  readonly kind: "text";
  /** What the model wrote, also called the hypothesis. */
  readonly predicted: readonly string[];
  /** The right texts of each row, any of which will do; none where there is nothing to compare with. */
  readonly references: readonly (readonly string[])[];
  /** What the model was asked; empty texts where nobody said. */
  readonly inputs: readonly string[];
}

/** Texts with what is right. */
export interface TextPredictionsInput {
  readonly predicted: readonly string[];
  /** A right text of each row, or several. Without them only scores that compare nothing can be asked. */
  readonly references?: readonly (string | readonly string[])[];
  readonly inputs?: readonly string[];
}

const rules: Rules<TextPredictionsInput> = {
  predicted: required(list),
  references: list,
  inputs: list,
};

/**
 * The predictions of texts, for `bleu`, `chrf`, `ter`, the ROUGE scores and others.
 *
 * @throws {TunebookError} of kind `input` for lists that do not fit, and of kind `data` for no rows and
 * for what is no text, with all rows.
 *
 * @example
 * ```ts
 * import { bleu, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["The cat sat on the mat.", "It rains."],
 *   references: [["The cat sat on the mat."], ["It is raining.", "It rains."]],
 * });
 * assert.equal(bleu.compute(predictions).toFixed(6), "100.000000");
 * ```
 */
export function textPredictions(given: TextPredictionsInput): TextPredictions {
  checkOptions("textPredictions", given, rules);
  const { predicted, references = predicted.map(() => []) } = given;
  const inputs = given.inputs ?? predicted.map(() => "");
  const rows = predicted.length;
  if (rows === 0) throw new TunebookError("data", "there are no rows to score");
  const counts = { predicted: rows, references: references.length, inputs: inputs.length };
  if (Object.values(counts).some((count) => count !== rows)) {
    throw new TunebookError(
      "input",
      `there are ${
        Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ")
      }; ` +
        "give as many of each",
    );
  }
  const right = references.map((each) => typeof each === "string" ? [each] : each);
  checkTexts({ predicted, right, inputs });
  return selectable<TextPredictions>({
    kind: "text",
    rows,
    predicted,
    references: right,
    inputs,
  }, ["predicted", "references", "inputs"]);
}

function checkTexts(
  { predicted, right, inputs }: {
    readonly predicted: readonly unknown[];
    readonly right: readonly unknown[];
    readonly inputs: readonly unknown[];
  },
): void {
  const wrong = predicted.flatMap((text, row) => {
    const of = (what: string, value: unknown) =>
      typeof value === "string" ? [] : [`row ${row + 1}: ${what} is ${shownValue(value)}, no text`];
    const each = right[row];
    return [
      ...of("what was predicted", text),
      ...of("the input", inputs[row]),
      ...(Array.isArray(each)
        ? each.flatMap((reference, at) => of(`reference ${at + 1}`, reference))
        : [`row ${row + 1}: the references are ${shownValue(each)}, no text or list of texts`]),
    ];
  });
  if (wrong.length > 0) throw mistakes("data", "some texts cannot be scored:", wrong);
}
