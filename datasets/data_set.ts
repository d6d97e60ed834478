/**
 * What every data set of this folder is: a function that reads it, and a card that says what it is.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TunebookError } from "../lib/core/errors.ts";
import { packageFolder } from "../lib/core/package_folder.ts";
import { rememberOrigin } from "../lib/table/origin.ts";
import type { Table } from "../lib/table/table.ts";

/** Where a data set comes from and what may be done with it. */
export interface DataCard {
  title: string;
  /** What a row is. */
  description: string;
  /** The npm package that holds the rows, with its exact version. */
  package: { name: string; version: string };
  /** The original publication on the web. */
  source: string;
  licence: string;
  citation: string;
  /** The column of the text and the column to predict. */
  columns: { text: string; label: string };
  rows: number;
}

/** A function that reads a data set into a table, with its card. */
export interface DataSet {
  (): Promise<Table>;
  readonly card: DataCard;
}

/** Puts a reader and a card together under the name that plans and the command line use. */
export function dataSet(
  name: string,
  card: DataCard,
  read: (folder: string) => Promise<Table>,
): DataSet {
  const { name: source, version } = card.package;
  return Object.assign(async () => {
    const table = await read(packageFolder(source, version));
    if (table.numRows() === card.rows) return rememberOrigin(table, name);
    throw new TunebookError(
      "data",
      `${source}@${version} gave ${table.numRows()} rows instead of ${card.rows}; install it again`,
    );
  }, { card });
}

/** Reads a JSON file of a package. */
export async function readPackageJson(folder: string, path: string): Promise<unknown> {
  const file = join(folder, path);
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new TunebookError(
      "data",
      `cannot read ${file}: ${messageOf(error)}; install the package again`,
      { cause: error },
    );
  }
}
