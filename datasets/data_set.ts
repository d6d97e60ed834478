/**
 * What every data set of this folder is: a function that reads it, and a card that says what it is.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkOptions } from "../lib/core/check_options.ts";
import { messageOf, TunebookError } from "../lib/core/errors.ts";
import type { Rule } from "../lib/core/option_rules.ts";
import { fetchPackage } from "../lib/core/fetch_package.ts";
import { rememberOrigin } from "../lib/table/origin.ts";
import { type Table, tableFromRows } from "../lib/table/table.ts";
import type { DataCard, DataTask } from "./data_card.ts";
import { optionRules } from "./data_set_options.ts";
import { drawRows, splitOf } from "./select_rows.ts";

/** Which rows of a data set are wanted; all of them unless something is said. */
export interface DataSetOptions {
  /** So many rows, drawn at random, in the order of the data set. */
  rows?: number;
  /** The same seed draws the same rows; 1 unless given. */
  seed?: number;
  /**
   * One row in ten is for testing, the others are for training. Rows that could give each other's
   * answer away, of one document or of one definition, are never apart. Which rows these are depends
   * on no seed. Data sets whose rows know nothing of each other refuse it.
   */
  split?: "train" | "test";
}

/** A row of a data set: values by column. */
export type DataRow = Readonly<Record<string, unknown>>;

/** A function that reads a data set into a table, with its card. */
export interface DataSet<
  Options extends DataSetOptions = DataSetOptions,
  Task extends DataTask = DataTask,
> {
  (options?: Options): Promise<Table>;
  readonly card: DataCard<Task>;
}

/** How a data set is read. */
export interface DataSetReader<Options extends DataSetOptions = DataSetOptions> {
  /** All rows, out of the folder of the package, `""` where the card names none. */
  read(folder: string, options: Options): Promise<readonly DataRow[]>;
  /** Rows that share a value in one of these columns are never in different splits. */
  readonly together?: readonly string[];
  /** What the options of this data set alone must be. */
  readonly rules?: Readonly<Record<string, Rule>>;
  /** Makes the rows that a person gets out of those that were chosen and the split they are of. */
  compose?(chosen: readonly DataRow[], split: readonly DataRow[], options: Options): DataRow[];
  /** Completes a row that was chosen, out of the folder of the package, such as by decoding its image. */
  complete?(row: DataRow, folder: string): Promise<DataRow>;
  /** False where the options leave other rows than the card counts. */
  isWhole?(options: Options): boolean;
}

/** Puts a reader and a card together under the name that plans and the command line use. */
export function dataSet<
  Task extends DataTask,
  Options extends DataSetOptions = DataSetOptions,
>(
  name: string,
  card: DataCard<Task>,
  { read, together, rules, compose, complete, isWhole }: DataSetReader<Options>,
): DataSet<Options, Task> {
  const home = card.package;
  const allRules = { ...optionRules(together !== undefined), ...rules };
  const open = async (options: Options = {} as Options): Promise<Table> => {
    checkOptions(`the data set ${name}`, options, allRules);
    const folder = home ? await fetchPackage(home.name, home.version) : "";
    const all = await read(folder, options);
    if ((isWhole?.(options) ?? true) && all.length !== card.rows) {
      throw new TunebookError(
        "data",
        `${home ? `${home.name}@${home.version}` : name} gave ${all.length} rows instead of ` +
          `${card.rows}; install it again`,
      );
    }
    const { rows, seed = 1, split } = options;
    const part = split === undefined ? all : splitOf(all, together!, split);
    const chosen = rows === undefined ? part : drawRows(part, rows, seed, name);
    const composed = compose ? compose(chosen, part, options) : chosen;
    const whole = complete
      ? await Promise.all(composed.map((row) => complete(row, folder)))
      : composed;
    const table = tableFromRows(whole, name);
    return rememberOrigin(table, originOf(name, options as Record<string, unknown>));
  };
  // Messages that meet the function itself say what it is called.
  Object.defineProperty(open, "name", { value: name });
  return Object.assign(open, { card });
}

/** `name?rows=6000&split=train`, as plan files and the command line write it. */
function originOf(name: string, options: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const query = given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return query.length === 0 ? name : `${name}?${query.join("&")}`;
}

/** Reads a text file of a package. */
export async function readPackageText(folder: string, path: string): Promise<string> {
  return new TextDecoder().decode(await readPackageBytes(folder, path));
}

/** Reads any file of a package. */
export async function readPackageBytes(
  folder: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = join(folder, path);
  try {
    return Uint8Array.from(await readFile(file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Reads a JSON file of a package. */
export async function readPackageJson(folder: string, path: string): Promise<unknown> {
  const text = await readPackageText(folder, path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(join(folder, path), error);
  }
}

function unreadable(file: string, error: unknown): TunebookError {
  return new TunebookError(
    "data",
    `cannot read ${file}: ${messageOf(error)}; install the package again`,
    { cause: error },
  );
}
