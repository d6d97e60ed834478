/**
 * `--predictions FILE`, and the rows that a terminal shows: what the model said of the held-out rows.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Displayed, jupyterDisplay } from "../core/display.ts";
import type { RunResult } from "../pipeline/run/run_result.ts";
import { formatOf } from "../table/read_table.ts";
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

/** Writes all predictions where a file is named. */
export async function writePredictions(
  result: RunResult<unknown>,
  { predictions: file }: Flags,
): Promise<void> {
  if (typeof file !== "string") return;
  const table = result.predictionTable();
  await writeTable(table, file);
  console.error(`${table.numRows().toLocaleString("en")} held-out rows are in ${file}`);
}
