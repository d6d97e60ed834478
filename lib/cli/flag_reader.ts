/**
 * Reads flags as numbers, lists and texts, and keeps what is wrong with them.
 *
 * @module
 */
import type { Flags } from "./flags.ts";
import { kebab } from "./train_flags.ts";

/** The flags of one command line. */
export class FlagReader {
  /** One line for each flag that cannot be read. */
  readonly wrong: string[] = [];

  constructor(readonly flags: Flags) {}

  /** True where the flag was given. */
  has(name: string): boolean {
    return this.flags[name] !== undefined;
  }

  /** What follows the flag. */
  text(name: string): string | undefined {
    const value = this.flags[name];
    return typeof value === "string" ? value : undefined;
  }

  /** A number; anything else is told and left out. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isNaN(value)) return value;
    this.wrong.push(`--${kebab(name)} is "${text}", not a number`);
    return undefined;
  }

  /** A number, true or false where it is written as one, else the text. */
  value(name: string): string | number | boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text === "true" || text === "false") return text === "true";
    return Number.isNaN(Number(text)) ? text : Number(text);
  }

  /** True where a flag without a value was given. */
  switch(name: string): true | undefined {
    return this.flags[name] === true ? true : undefined;
  }

  /** True or false, as it is written; anything else is told and left out. */
  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "boolean") return value;
    this.wrong.push(`--${kebab(name)} is "${value}", but must be true or false`);
    return undefined;
  }

  /** Numbers between commas; anything else is told and left out. */
  numbers(name: string): number[] | undefined {
    const parts = this.list(name);
    const bad = parts?.filter((part) => Number.isNaN(Number(part))) ?? [];
    if (bad.length === 0) return parts?.map(Number);
    this.wrong.push(
      `--${kebab(name)} has ${bad.map((part) => `"${part}"`).join(", ")}, not numbers`,
    );
    return undefined;
  }

  /** What stands between commas. */
  list(name: string): string[] | undefined {
    const parts = this.text(name)?.split(",").map((part) => part.trim()).filter(Boolean);
    if (parts?.length === 0) {
      this.wrong.push(`--${kebab(name)} has nothing between its commas`);
      return undefined;
    }
    return parts;
  }
}
