/**
 * Text classification: one label of several, several labels at once, or a number, for a text or a pair
 * of texts.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake, TunebookError } from "../core/errors.ts";
import { anything, oneOf, required, type Rules, text as textRule } from "../core/option_rules.ts";
import { shownName } from "../core/quoted.ts";
import { type LabelKind, readLabels } from "../data/labels.ts";
import { readClasses } from "../data/read_classes.ts";
import { nameListMistakes } from "../data/class_names.ts";
import { joinedTexts } from "../data/report.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import type { Table } from "../table/table.ts";
import type { Prediction } from "./text_classification/prediction.ts";
import { labelledTexts, type TextInput } from "./text_classification/labelled_texts.ts";
import { labelReader } from "./text_classification/reader.ts";
import { absentLabels } from "./shared/split_labels.ts";

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
  /**
   * The labels in their order, where rows have numbers from 0 for them, or with `multi` lists of one 0 or 1
   * for each. A number is the name of a label unless given.
   */
  readonly names?: readonly string[];
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
  // The list is looked at by itself, name by name.
  names: anything,
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
  const { text, pair, label, separator, names } = options;
  const kind = options.kind ?? "single" as Kind;
  const columns = [text, pair, label].filter((column) => column !== undefined);
  const reading = {
    ...(separator === undefined ? {} : { separator }),
    ...(names ? { names, numbered: true } : {}),
  };
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
      texts: (table) => {
        const firsts = columnValues(table, text);
        return pair === undefined ? firsts : joinedTexts(firsts, columnValues(table, pair));
      },
      ...(kind === "regression"
        ? { numbers: (table: Table) => columnValues(table, label).map(Number) }
        : { classes: namesIn }),
    },
    preview: (table, row) => ({
      text: String(columnValues(table, text)[row]),
      label: kind === "regression"
        ? String(columnValues(table, label)[row])
        : namesIn(table)[row].map(shownName).join(", "),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return {
      ...labelledTexts({ task, text, pair, label, kind, reading, labels }),
      reader: labelReader({ text, pair, kind, labels }),
    };
  }

  /** The classes of each row, which was checked when it was read. */
  function namesIn(table: Table): string[][] {
    const values = columnValues(table, label);
    return readClasses(values, {
      kind: kind === "multi" ? "multi" : "single",
      separator,
      numbered: names,
    });
  }

  return Object.freeze(task);
}

/** What is wrong with the options. */
export function textClassificationMistakes(options: object): Mistake[] {
  const { kind, separator, names } = options as TextClassificationOptions;
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
  if (separator !== undefined && kind !== "multi") {
    wrong.push(optionMistake("separator", 'belongs to kind "multi"'));
  }
  if (names !== undefined && kind === "regression") {
    wrong.push(optionMistake("names", 'belong to labels, and kind "regression" has none'));
  } else if (names !== undefined) {
    wrong.push(
      ...nameListMistakes(names).map((line) => ({ ...mistakeOf(() => line), option: "names" })),
    );
    if (names.length === 1 && kind !== "multi") {
      wrong.push(optionMistake("names", "must be two or more"));
    }
  }
  return wrong;
}
