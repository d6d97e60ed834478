/**
 * What can be wrong with a plan before anything is read.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import type { LabelKind } from "../data/labels.ts";
import { metricNames } from "../metrics/metric.ts";
import { type DataOptions, kindOf, type PlanParts } from "./plan_parts.ts";

const kinds: readonly LabelKind[] = ["single", "multi", "regression"];

/** The meaning of columns: one line a mistake. */
export function columnMistakes(columns: Readonly<Record<keyof DataOptions, unknown>>): string[] {
  const { kind, separator, seed } = columns;
  const shown = (value: unknown) => JSON.stringify(value) ?? "missing";
  const wrong: string[] = [];
  for (const name of ["text", "pair", "label", "separator"] as const) {
    const value = columns[name];
    if (value === undefined && name !== "text") continue;
    if (typeof value !== "string" || value === "") {
      wrong.push(`${name} is ${shown(value)}, but must be a text`);
    }
  }
  if (kind !== undefined && !kinds.includes(kind as LabelKind)) {
    wrong.push(
      `there is no kind ${shown(kind)}${didYouMean(String(kind), kinds)}. Kinds: ${kinds}`,
    );
  } else if (separator !== undefined && kind !== "multi") {
    wrong.push('separator belongs to kind "multi"');
  }
  for (const name of ["pair", "kind", "separator"] as const) {
    if (columns[name] !== undefined && columns.label === undefined) {
      wrong.push(`${name} needs a label: without one the model learns the next token of the text`);
    }
  }
  for (const name of ["test", "validation"] as const) {
    const value = columns[name];
    if (value === undefined || (typeof value === "object" && value && "numRows" in value)) continue;
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
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    wrong.push(`seed is ${shown(seed)}, but must be a whole number`);
  }
  return wrong;
}

/** Stages that do not fit together: one line a mistake. */
export function planMistakes(
  { columns, train, metrics }: Pick<PlanParts, "columns" | "train" | "metrics">,
): string[] {
  const { validation } = columns;
  const kind = kindOf(columns);
  const what = kind === "language"
    ? "next tokens (the data has no label)"
    : `labels of kind "${kind}"`;
  const wrong = Object.entries(metrics).filter(([, metric]) => !metric.kinds.includes(kind))
    .map(([name, metric]) =>
      `the score ${name}: ${metric.name} does not score ${what}. Metrics that do: ${
        metricNames[kind].join(", ")
      }`
    );
  for (const setting of ["keepBest", "patience", "validateEvery"] as const) {
    if (train[setting] && validation === undefined) {
      wrong.push(`${setting} needs validation rows: give the data a validation share`);
    }
  }
  if (train.classWeights !== undefined && kind !== "single") {
    wrong.push(`classWeights need one label a row, not ${what}`);
  }
  if (train.labelSmoothing && kind !== "single") {
    wrong.push(`labelSmoothing needs one label a row, not ${what}`);
  }
  return wrong;
}
