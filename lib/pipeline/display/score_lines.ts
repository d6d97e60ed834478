/**
 * A score as a terminal shows it.
 *
 * @module
 */
import { textTable } from "../../core/text_table.ts";
import { formatNumber } from "./format_number.ts";

/** More classes than these are cut in a terminal. */
const mostClasses = 30;

/** A score that is a table: as it shows itself, or a number for each name. */
function tableText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, "toString")) return String(value);
  const classes = Object.entries(value);
  if (classes.length === 0 || !classes.every(([, each]) => typeof each === "number")) {
    return undefined;
  }
  const rows = classes.slice(0, mostClasses).map(([name, each]) => [name, formatNumber(each)]);
  const more = classes.length - rows.length;
  return textTable(["name", "value"], rows, ["left", "right"]) +
    (more > 0 ? `\n… and ${more} more` : "");
}

/** A score in a line, or, where it is a table that shows itself, in the lines of that. */
export function scoreLines(title: string, value: unknown, interval: string): string[] {
  const table = tableText(value);
  if (table === undefined) return [`  ${title.padEnd(16)} ${describeScore(value)}${interval}`];
  return [`  ${title}`, ...table.split("\n").map((line) => `    ${line}`)];
}

function describeScore(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  const text = JSON.stringify(
    value,
    (_, part) => typeof part === "number" && !Number.isInteger(part) ? +part.toFixed(4) : part,
  );
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)} …` : text;
}

/** Tables and curves are longer; they show themselves in a notebook. */
const mostCharacters = 1000;
