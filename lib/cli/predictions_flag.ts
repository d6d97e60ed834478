/**
 * `--predictions FILE`, and the rows that a terminal shows: what the model said of the held-out rows.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Displayed, jupyterDisplay } from "../core/display.ts";
import type { RunResult } from "../pipeline/run/run_result.ts";
import { formatOf } from "../table/read_table.ts";
import type { Table } from "../table/table.ts";
import { writableFormats, writeTable } from "../table/write_table.ts";
import type { Flags } from "./flags.ts";

/** Refuses a file that cannot be written by its name, before anything is trained. */
export function checkPredictionsFlag({ predictions: file, ...flags }: Flags): void {
  if (typeof file !== "string") return;
  const other = ["ray", "folds", "advise"].find((name) => flags[name] !== undefined);
  if (other !== undefined) {
    throw new TunebookError(
      "input",
      `--predictions is of one run on this machine; leave it or --${other} out`,
    );
  }
  const format = formatOf(file);
  if (format !== undefined && writableFormats.includes(format)) return;
  throw new TunebookError(
    "input",
    `--predictions is ${file}, but must end with ${
      writableFormats.map((each) => `.${each}`).join(" ")
    }`,
  );
}

/** The rows in which the model is most wrong, below a result; nothing where predictions have no words. */
export async function toldPredictions({ predictions }: RunResult<unknown>): Promise<string> {
  if (!(jupyterDisplay in predictions)) return "";
  const shown = await (predictions as unknown as Displayed)[jupyterDisplay]();
  return `\n${shown["text/plain"]}`;
}

/**
 * Writes all predictions where a file is named. Throws an error of kind "input" where a plan that a search found was
 * trained before, or by another process, which has kept none.
 */
export async function writePredictions(
  table: Table | undefined,
  { predictions: file }: Flags,
): Promise<void> {
  if (typeof file !== "string") return;
  if (!table) {
    throw new TunebookError(
      "input",
      `--predictions ${file} was not written: the plan that the search found was trained before, and nothing was ` +
        "asked now; give --predictions to the command that trains, or remove what was deployed to train again",
    );
  }
  await writeTable(table, file);
  console.error(`${table.numRows().toLocaleString("en")} held-out rows are in ${file}`);
}
