/**
 * Checks of the options that tasks take.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";

/** Names that nobody knows, one line each, with the nearest known one. */
export function unknownOptions(given: object, known: readonly string[]): string[] {
  return Object.entries(given).filter(([name, value]) =>
    value !== undefined && !known.includes(name)
  ).map(([name]) => `there is no option ${name}${didYouMean(name, known)}`);
}

/** Options that must name a column, one line for each that does not. */
export function columnNameMistakes(
  given: object,
  required: readonly string[],
  optional: readonly string[] = [],
): string[] {
  const values = given as Readonly<Record<string, unknown>>;
  return [...required, ...optional].flatMap((name) => {
    const value = values[name];
    if (value === undefined && !required.includes(name)) return [];
    if (typeof value === "string" && value !== "") return [];
    return [`${name} is ${JSON.stringify(value) ?? "missing"}, but must be a text`];
  });
}

/** Throws all mistakes of a task's options as one error of kind "input". */
export function refuseOptions(task: string, wrong: readonly string[]): void {
  if (wrong.length > 0) {
    throw mistakes("input", `these options of ${task} make no sense:`, wrong);
  }
}
