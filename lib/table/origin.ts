/**
 * Remembers where a table came from, so that a plan with it can be written to a file.
 *
 * @module
 */
import type { Table } from "./table.ts";

const origins = new WeakMap<object, string>();

/** Remembers that `table` holds exactly what `origin`, a path or a data set's name, gives. */
export function rememberOrigin(table: Table, origin: string): Table {
  origins.set(table, origin);
  return table;
}

/** Where a table came from, or `undefined` for one that was made or changed in memory. */
export function originOf(table: Table): string | undefined {
  return origins.get(table);
}
