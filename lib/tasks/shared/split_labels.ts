/**
 * Labels that were cut off with the held-out rows, so that nothing can learn them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Splits } from "../../table/splits.ts";
import type { Table } from "../../table/table.ts";

/** The classes of one cell: a list, a text with separators, or one class. */
export function classesIn(value: unknown, separator: string | undefined): unknown[] {
  if (separator !== undefined && typeof value === "string") {
    return value.split(separator).map((part) => part.trim()).filter((part) => part !== "");
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<unknown>);
  }
  return [value];
}

/**
 * Makes sure that the training rows have every label that was cut off with other rows. Data of its
 * own is not looked at: its unknown labels are told with their rows.
 */
export function absentLabels(
  { train, test, validation }: Partial<Splits>,
  column: string,
  classesOf: (table: Table) => readonly (readonly unknown[])[],
): void {
  if (!train) return;
  const namesOf = (table: Table) => new Set(classesOf(table).flat().map(String));
  const trained = namesOf(train);
  const held = [test, validation].filter((table) => table !== undefined);
  const absent = [...new Set(held.flatMap((table) => [...namesOf(table)]))]
    .filter((name) => !trained.has(name));
  if (absent.length === 0) return;
  throw new TunebookError(
    "data",
    `the labels ${absent.map((name) => `"${name}"`).join(", ")} of "${column}" are only in ` +
      "held-out rows, so that nothing can learn them; add rows with them, leave those rows out, " +
      "or split with another seed",
  );
}
