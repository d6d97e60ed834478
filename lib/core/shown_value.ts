/**
 * A value in a message: short, quoted, and on one line.
 *
 * @module
 */
import { isPlainObject } from "./objects.ts";

/** Characters of a value that a message shows. */
const mostCharacters = 80;

/** A value as JSON, or in words where JSON has none for it; cut where it is long. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "function") return value.name ? `the function ${value.name}` : "a function";
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return String(value);
  const text = jsonOf(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}

/** JSON; what it cannot hold, such as a circle, is named by its kind. */
function jsonOf(value: unknown): string {
  try {
    // What is no plain data has a JSON of its own, which says nothing to a person.
    if (
      typeof value !== "object" || value === null || Array.isArray(value) || isPlainObject(value)
    ) {
      return JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}n` : part);
    }
  } catch {
    // told below
  }
  return `a ${Object.getPrototypeOf(value)?.constructor?.name ?? "thing"}`;
}
