/**
 * Remembers the folder of the file that a column came from, so that paths in its cells are found beside that file.
 *
 * Tables that are filtered, ordered, or have columns taken, added or renamed share the columns of the first table, by
 * which the folder is known. Columns that are copied, as `slice`, `sample` and joins do it, do not know it.
 *
 * @module
 */
import type { Table } from "./table.ts";

const folders = new WeakMap<object, string>();

/** Remembers the file, or the address, that all columns of a table were read from. */
export function rememberFile(table: Table, file: string): Table {
  for (const name of table.columnNames()) remember(table, name, folderOfFile(file));
  return table;
}

/** Remembers for a copy of a table what is known of the table's columns. */
export function keepFolders(table: Table, copy: Table): void {
  for (const name of copy.columnNames()) {
    const folder = columnFolder(table, name);
    if (folder !== undefined) remember(copy, name, folder);
  }
}

function remember(table: Table, name: string, folder: string): void {
  const column: object | undefined = table.column(name);
  if (column) folders.set(column, folder);
}

/** The folder, or the address, of the file that a column was read from; undefined where that is not known. */
export function columnFolder(table: Table, name: string): string | undefined {
  const column: object | undefined = table.column(name);
  return column && folders.get(column);
}

/** The folder of a file or the address above one; the working folder where its name tells none. */
export function folderOfFile(file: string): string {
  const end = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  return end < 0 || file.startsWith("npm:") ? "." : file.slice(0, end);
}
