/**
 * How the options of a task look on a command line.
 *
 * @module
 */

/** One option of a task as a flag: `tokens` is `--tokens COLUMN`. */
export interface TaskFlag {
  /** The option's name, as a plan file has it. */
  readonly name: string;
  /** What follows the flag: a column's name, a text, a number, names with commas between, or nothing. */
  readonly value: "column" | "text" | "number" | "list" | "switch";
  readonly what: string;
}

/** A flag whose value is a column's name. */
export function columnFlag(name: string, what: string): TaskFlag {
  return { name, value: "column", what };
}
