/**
 * Checks of the options that tasks take.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";

/** Throws an error of kind "input" for what is no object of options, such as null. */
export function requireOptions(task: string, given: unknown): void {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return;
  throw new TunebookError(
    "input",
    `${task} takes its options as one object, but got ` +
      (given === undefined ? "nothing" : shown(given)),
  );
}

function shown(given: unknown): string {
  return typeof given === "function" ? "a function" : JSON.stringify(given) ?? String(given);
}

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
