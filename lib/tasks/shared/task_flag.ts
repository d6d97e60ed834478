/**
 * How the options of a task look on a command line.
 *
 * @module
 */

/** One option of a task as a flag: `tokens` is `--tokens COLUMN`. */
export interface TaskFlag {
  /** The option's name, as a plan file has it; `kl.weight` is the `weight` of the option `kl`. */
  readonly name: string;
  /** The flag's name, where a setting of the training has the option's: `pairSeed` is `--pair-seed`. */
  readonly flag?: string;
  /**
   * What follows the flag: a column's name, several of them, a text, a number, texts or numbers with
   * commas between, `true` or `false`, or nothing.
   */
  readonly value:
    | "column"
    | "columns"
    | "text"
    | "number"
    | "list"
    | "numbers"
    | "boolean"
    | "switch";
  /** The names of the values of a `list` that is an object, in their order. */
  readonly parts?: readonly string[];
  readonly what: string;
}

/** A flag whose value is a column's name. */
export function columnFlag(name: string, what: string): TaskFlag {
  return { name, value: "column", what };
}

/** Whether a flag names columns. */
export function isColumnFlag({ value }: TaskFlag): boolean {
  return value === "column" || value === "columns";
}
