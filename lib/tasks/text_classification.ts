/**
 * Text classification: one label of several, several labels at once, or a number, for a text or a pair
 * of texts.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake, TunebookError } from "../core/errors.ts";
import { oneOf, required, type Rules, text as textRule } from "../core/option_rules.ts";
import { type LabelKind, readLabels } from "../data/labels.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import type { Table } from "../table/table.ts";
import type { Prediction } from "./text_classification/prediction.ts";
import { labelledTexts, type TextInput } from "./text_classification/labelled_texts.ts";
import { absentLabels, classesIn } from "./shared/split_labels.ts";

/** What columns mean. */
export interface TextClassificationOptions<Kind extends LabelKind = LabelKind> {
  /** The column of the text. */
  readonly text: string;
  /** The column of a second text, for tasks on pairs. */
  readonly pair?: string;
  /** The column to predict. */
  readonly label: string;
  /** One label a row, several, or a number; `single` unless given. */
  readonly kind?: Kind;
  /** What stands between the labels of a row, where they are one text; `multi` only. */
  readonly separator?: string;
}

const name = "text-classification";
const metrics = { single: "accuracy", multi: "f1.micro", regression: "mse" } as const;

/** What the options must be. */
export const textClassificationRules: Rules<TextClassificationOptions> = {
  text: required(textRule),
  pair: textRule,
  label: required(textRule),
  kind: oneOf(Object.keys(metrics)),
  separator: textRule,
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
  const { text, pair, label, separator } = options;
  const kind = options.kind ?? "single" as Kind;
  const columns = [text, pair, label].filter((column) => column !== undefined);
  const reading = separator === undefined ? {} : { separator };
  const task: Task<Predictions<Kind>, TextInput, Prediction> = {
    name,
    kind,
    settings: { ...options },
    columns,
    ...(kind === "single" ? { stratify: label } : {}),
    metric: metrics[kind],
    lossSettings: kind === "single" ? ["labelSmoothing", "classWeights", "focalGamma"] : [],
    checkRows(table, where) {
      requireColumns(table, columns, where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      textColumn(table, text, { where });
      if (pair !== undefined) textColumn(table, pair, { where });
      readLabels(table, label, kind, { where, ...reading });
    },
    checkSplit(cut) {
      if (kind !== "regression") absentLabels(cut, label, (table) => namesIn(table));
    },
    read({ train }) {
      const { names } = readLabels(train, label, kind, { where: "the training data", ...reading });
      return withLabels(names);
    },
    withLabels,
    report: {
      texts: (table) => columnValues(table, text),
      ...(kind === "regression"
        ? { numbers: (table: Table) => columnValues(table, label).map(Number) }
        : { classes: namesIn }),
    },
    preview: (table, row) => ({
      text: String(columnValues(table, text)[row]),
      label: String(columnValues(table, label)[row]),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return labelledTexts({ task, text, pair, label, kind, reading, labels });
  }

  /** The classes of each row. */
  function namesIn(table: Table): unknown[][] {
    return columnValues(table, label).map((value) => classesIn(value, separator));
  }

  return Object.freeze(task);
}

/** What is wrong with the options. */
export function textClassificationMistakes(options: object): Mistake[] {
  const { kind, separator } = options as TextClassificationOptions;
  return [
    ...optionMistakes(options, textClassificationRules),
    ...(separator === undefined || kind === "multi"
      ? []
      : [optionMistake("separator", 'belongs to kind "multi"')]),
  ];
}
