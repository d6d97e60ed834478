/**
 * Labels that were cut off with the held-out rows, so that nothing can learn them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { className } from "../../data/class_names.ts";
import type { Splits } from "../../table/splits.ts";
import type { Table } from "../../table/table.ts";

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
  const namesOf = (table: Table) => new Set(classesOf(table).flat().map(className));
  const trained = namesOf(train);
  const held = [test, validation].filter((table) => table !== undefined);
  const absent = [...new Set(held.flatMap((table) => [...namesOf(table)]))]
    .filter((name) => !trained.has(name));
  if (absent.length === 0) return;
  throw new TunebookError(
    "data",
    `the labels ${absent.map(quoted).join(", ")} of ${quoted(column)} are only in ` +
      "held-out rows, so that nothing can learn them; add rows with them, leave those rows out, " +
      "or split with another seed",
  );
}
