/**
 * What can be wrong with a plan before anything is read.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import { metricNamesOf } from "../metrics/mod.ts";
import { columnNameMistakes } from "../tasks/shared/options.ts";
import {
  textClassificationMistakes,
  textClassificationOptions,
} from "../tasks/text_classification.ts";
import type { DataOptions, PlanSpec, SplitSettings } from "./plan_spec.ts";

/** The short form of a task, `{ text, label, … }`: one line a mistake. */
export function columnMistakes(columns: object): string[] {
  const { test: _, validation: __, seed: ___, ...own } = columns as DataOptions;
  const { label, text } = own;
  if (label !== undefined) return [...textClassificationMistakes(own), ...splitMistakes(columns)];
  const { text: ____, ...others } = own;
  return [
    ...columnNameMistakes({ text }, ["text"]),
    ...Object.entries(others).filter(([, value]) => value !== undefined).map(([name]) =>
      textClassificationOptions.includes(name)
        ? `${name} needs a label: without one the model learns the next token of the text`
        : `there is no option ${name}${
          didYouMean(name, [...textClassificationOptions, "test", "validation", "seed"])
        }`
    ),
    ...splitMistakes(columns),
  ];
}

/** What is wrong with data that is neither a table nor a text that names one. */
export function sourceMistake(source: unknown): string | undefined {
  if ((typeof source === "string" && source !== "") || isTable(source)) return undefined;
  const given = Array.isArray(source) ? "a list; tableFromRows(list) makes a table" : shown(source);
  return `the data must be a table, a file, an address or a data set's name, but is ${given}`;
}

/** Settings of a split: one line a mistake; other names are not looked at. */
export function splitMistakes(given: object): string[] {
  const split = given as SplitSettings;
  const wrong: string[] = [];
  for (const name of ["test", "validation"] as const) {
    const value: unknown = split[name];
    if (value === undefined || isTable(value)) continue;
    const isSize = typeof value === "number" && value > 0 &&
      (value < 1 || Number.isSafeInteger(value));
    if (isSize || (typeof value === "string" && value !== "")) continue;
    wrong.push(
      `${name} is ${
        shown(value)
      }, but must be a share between 0 and 1, a number of rows, a file, ` +
        "an address, a data set's name or a table",
    );
  }
  if (split.seed !== undefined && !Number.isSafeInteger(split.seed)) {
    wrong.push(`seed is ${shown(split.seed)}, but must be a whole number`);
  }
  return wrong;
}

const isTable = (value: unknown) =>
  typeof value === "object" && value !== null && "numRows" in value;

const shown = (value: unknown) => JSON.stringify(value) ?? "missing";

/** What a task's predictions are called. */
export function describeKind({ name, kind }: Pick<PlanSpec["task"], "name" | "kind">): string {
  if (kind === "language") return "next tokens (the data has no label)";
  return name === "text-classification" ? `labels of kind "${kind}"` : name;
}

/** Stages that do not fit together: one line a mistake. */
export function planMistakes(
  { task, split, train, metrics }: Pick<PlanSpec, "task" | "split" | "train" | "metrics">,
): string[] {
  const what = describeKind(task);
  const wrong = Object.entries(metrics).filter(([, metric]) => !metric.kinds.includes(task.kind))
    .map(([name, metric]) =>
      `the score ${name}: ${metric.name} does not score ${what}. Metrics that do: ${
        metricNamesOf(task.kind).join(", ")
      }`
    );
  for (const setting of ["keepBest", "patience", "validateEvery"] as const) {
    if (train[setting] && split.validation === undefined) {
      wrong.push(`${setting} needs validation rows: give the data a validation share`);
    }
  }
  for (const setting of ["classWeights", "labelSmoothing", "focalGamma"] as const) {
    if (train[setting] && !task.lossSettings.includes(setting)) {
      wrong.push(`${setting} needs one class a row or word, not ${what}`);
    }
  }
  return wrong;
}
