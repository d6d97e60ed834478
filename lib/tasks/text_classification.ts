/**
 * Text classification: one label of several, several labels at once, or a number, for a text or a pair
 * of texts.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf, TunebookError } from "../core/errors.ts";
import { required, type Rules, text as textRule } from "../core/option_rules.ts";
import type { LabelKind } from "../data/labels.ts";
import { joinedTexts } from "../data/report.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import {
  labelColumn,
  labelColumnMistakes,
  type LabelColumnOptions,
  labelColumnRules,
} from "./shared/label_column.ts";
import type { Prediction } from "./text_classification/prediction.ts";
import { labelledTexts, type TextInput } from "./text_classification/labelled_texts.ts";
import { labelReader } from "./text_classification/reader.ts";

/** What columns mean. */
export interface TextClassificationOptions<Kind extends LabelKind = LabelKind>
  extends LabelColumnOptions<Kind> {
  /** The column of the text. */
  readonly text: string;
  /** The column of a second text, for tasks on pairs. */
  readonly pair?: string;
}

const name = "text-classification";

/** What the options must be. */
export const textClassificationRules: Rules<TextClassificationOptions> = {
  text: required(textRule),
  pair: textRule,
  ...labelColumnRules,
};

/**
 * Labels of a text. Each row has one label (`single`), a list of labels (`multi`, or one text with a
 * `separator`), or a number (`regression`).
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { textClassification } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = textClassification({ text: "review", label: "stars" });
 * assert.equal(task.name, "text-classification");
 * assert.deepEqual(task.columns, ["review", "stars"]);
 * ```
 */
export function textClassification<const Kind extends LabelKind = "single">(
  options: TextClassificationOptions<Kind>,
): Task<Predictions<Kind>, TextInput, Prediction> {
  requireOptions(name, options);
  refuseOptions(name, textClassificationMistakes(options));
  const { text, pair, label } = options;
  const columns = [text, pair, label].filter((column) => column !== undefined);
  const labelled = labelColumn<Kind>(options);
  const { kind } = labelled;
  const task: Task<Predictions<Kind>, TextInput, Prediction> = {
    name,
    kind,
    settings: { ...options },
    columns,
    ...labelled.facts,
    checkRows(table, where) {
      requireColumns(table, columns, where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      textColumn(table, text, { where });
      if (pair !== undefined) textColumn(table, pair, { where });
      labelled.read(table, where);
    },
    checkSplit: labelled.checkSplit,
    read: ({ train }) => withLabels(labelled.read(train, "the training data").names),
    withLabels,
    report: {
      texts: (table) => {
        const firsts = columnValues(table, text);
        return pair === undefined ? firsts : joinedTexts(firsts, columnValues(table, pair));
      },
      ...labelled.report,
    },
    preview: (table, row) => ({
      text: String(columnValues(table, text)[row]),
      label: labelled.shown(table, row),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return {
      ...labelledTexts({ task, text, pair, labelled, labels }),
      reader: labelReader({ text, pair, kind, labels }),
    };
  }

  return Object.freeze(task);
}

/** What is wrong with the options. */
export function textClassificationMistakes(options: object): Mistake[] {
  const wrong = optionMistakes(options, textClassificationRules);
  const { text, pair, label } = options as TextClassificationOptions;
  const columns = Object.entries({ text, pair, label }).filter(([, name]) => name !== undefined);
  if (new Set(columns.map(([, name]) => name)).size < columns.length) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${columns.map(([option]) => nameOf(option)).join(", ")} must be different columns`
      ),
    );
  }
  return [...wrong, ...labelColumnMistakes(options)];
}
