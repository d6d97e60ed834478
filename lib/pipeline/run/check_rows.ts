/**
 * Checks of the data before it is split, so that an error counts rows as the source does.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { readLabels } from "../../data/labels.ts";
import type { Splits } from "../../data/split.ts";
import { requireColumns, textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import { columnsOf, type DataOptions } from "../plan_parts.ts";

/** Makes sure that every row has a text and, where there are labels, one of the right kind. */
export function checkRows(table: Table, columns: DataOptions, where: string): void {
  const { text, pair, label, kind = "single", separator } = columns;
  requireColumns(table, columnsOf(columns), where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  textColumn(table, text, { where });
  if (pair !== undefined) textColumn(table, pair, { where });
  if (label === undefined) return;
  readLabels(table, label, kind, { where, ...(separator ? { separator } : {}) });
}

/** Makes sure that the training rows have every label that was cut off with other rows. */
export function checkSplitLabels(splits: Partial<Splits>, columns: DataOptions): void {
  const { label, kind = "single", separator } = columns;
  if (label === undefined || kind === "regression" || !splits.train) return;
  const namesOf = (table: Table) => {
    const values = Array.from(table.array(label), (value) => value as unknown);
    const parts = kind === "single"
      ? values
      : values.flatMap((value) =>
        typeof value === "string"
          ? value.split(separator!).map((part) => part.trim()).filter(Boolean)
          : Array.from(value as ArrayLike<unknown>)
      );
    return new Set(parts.map(String));
  };
  const trained = namesOf(splits.train);
  const held = [splits.test, splits.validation].filter((table) => table !== undefined);
  const absent = [...new Set(held.flatMap((table) => [...namesOf(table)]))]
    .filter((name) => !trained.has(name));
  if (absent.length === 0) return;
  throw new TunebookError(
    "data",
    `the labels ${absent.map((name) => `"${name}"`).join(", ")} of "${label}" are only in ` +
      "held-out rows, so that nothing can learn them; add rows with them, leave those rows out, " +
      "or split with another seed",
  );
}
