/**
 * What the values of a choice are called in tables and charts.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { isParameter } from "./parameter.ts";

/** Fields that say what an object is: of a plain object, and of a method. */
const naming = ["name", "method", "kind"];

/** A label for each value; values that would have the same one are numbered. */
export function choiceLabels(values: readonly unknown[]): string[] {
  const labels = values.map(labelOf);
  return labels.map((label, at) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} #${at + 1}`
  );
}

function labelOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isParameter(value)) {
    return value.kind === "choice"
      ? choiceLabels(value.values).join(" or ")
      : `${value.low} to ${value.high}`;
  }
  if (!isRecord(value)) return shownValue(value);
  const name = naming.map((field) => value[field]).find((each) => typeof each === "string");
  return name === undefined ? shownValue(value) : String(name);
}
