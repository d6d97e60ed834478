/**
 * A column of labels: one label a row, several, or a number. Classification of texts and of images have it
 * alike.
 *
 * @module
 */
import { type Mistake, mistakeOf, optionMistake } from "../../core/errors.ts";
import {
  anything,
  oneOf,
  required,
  type Rules,
  text as textRule,
} from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import { nameListMistakes } from "../../data/class_names.ts";
import {
  type LabelKind,
  type Labels,
  readLabels,
  type ReadLabelsOptions,
} from "../../data/labels.ts";
import { readClasses } from "../../data/read_classes.ts";
import type { LossSetting, ReportColumns } from "../../nn/task.ts";
import { columnValues } from "../../table/columns.ts";
import type { Splits } from "../../table/splits.ts";
import type { Table } from "../../table/table.ts";
import { absentLabels } from "./split_labels.ts";

/** Where the labels are, and how they are written. */
export interface LabelColumnOptions<Kind extends LabelKind = LabelKind> {
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

const metrics = { single: "accuracy", multi: "f1.micro", regression: "mse" } as const;

/** What the options must be. */
export const labelColumnRules: Rules<LabelColumnOptions> = {
  label: required(textRule),
  kind: oneOf(Object.keys(metrics)),
  separator: textRule,
  // The list is looked at by itself, name by name.
  names: anything,
};

/** A column of labels as a task asks it. */
export interface LabelColumn<Kind extends LabelKind = LabelKind> {
  readonly kind: Kind;
  /** The parts of the task's contract that follow from the kind. */
  readonly facts: {
    readonly stratify?: string;
    readonly metric: string;
    readonly lossSettings: readonly LossSetting[];
  };
  /** What the data report counts. */
  readonly report: Omit<ReportColumns, "texts">;
  /** The labels of some rows; all that are wrong are one error of kind "data". */
  read(table: Table, where: string, labels?: readonly string[]): Labels;
  /** Makes sure that the training rows have every label. */
  checkSplit(cut: Partial<Splits>): void;
  /** What a row says, for the preview. */
  shown(table: Table, row: number): string;
}

/** The column of checked options. */
export function labelColumn<const Kind extends LabelKind = "single">(
  options: LabelColumnOptions<Kind>,
  { fewest }: Pick<ReadLabelsOptions, "fewest"> = {},
): LabelColumn<Kind> {
  const { label, separator, names } = options;
  const kind = options.kind ?? "single" as Kind;
  const reading = {
    ...(separator === undefined ? {} : { separator }),
    ...(names ? { numbered: true } : {}),
    ...(fewest === undefined ? {} : { fewest }),
  };
  /** The classes of each row, which was checked when it was read. */
  const classesIn = (table: Table): string[][] =>
    readClasses(columnValues(table, label), {
      kind: kind === "multi" ? "multi" : "single",
      separator,
      numbered: names,
    });
  return {
    kind,
    facts: {
      ...(kind === "single" ? { stratify: label } : {}),
      metric: metrics[kind],
      lossSettings: kind === "single" ? ["labelSmoothing", "classWeights", "focalGamma"] : [],
    },
    report: kind === "regression"
      ? { numbers: (table) => columnValues(table, label).map(Number) }
      : { classes: classesIn },
    read(table, where, labels = names) {
      const known = labels && kind !== "regression" ? { names: labels } : {};
      return readLabels<LabelKind>(table, label, kind, { where, ...reading, ...known });
    },
    checkSplit(cut) {
      if (kind !== "regression") absentLabels(cut, label, classesIn);
    },
    shown: (table, row) =>
      kind === "regression"
        ? String(columnValues(table, label)[row])
        : classesIn(table)[row].map(shownName).join(", "),
  };
}

/** What is wrong with how labels are written. */
export function labelColumnMistakes(options: object): Mistake[] {
  const { kind, separator, names } = options as LabelColumnOptions;
  const wrong: Mistake[] = [];
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
