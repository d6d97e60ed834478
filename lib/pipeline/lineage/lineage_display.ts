/**
 * The steps of a model's making as one table.
 *
 * @module
 */
import { basename } from "node:path";
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlSection, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { CardReceipt, CardScore } from "../../serve/model_card.ts";
import { formatNumber } from "../display/format_number.ts";
import type { Lineage, LineageStep } from "./lineage_step.ts";

const bytesPerMegabyte = 1e6;
const columns = ["step", "model", "made", "of", "score", "files", "MB", "rows", "difference"];
const numeric = new Set(["step", "MB", "rows", "difference"]);

/** Steps that show themselves. */
export function lineageDisplay(lineage: Lineage): Lineage {
  return Object.freeze(withDisplay(lineage, shown));
}

function shown({ steps }: Lineage) {
  const number = new Map(steps.map(({ model }, at) => [model, at + 1]));
  const short = shortNames(steps);
  const rows = steps.flatMap((step, at) => rowsOf(step, at + 1, { number, short }));
  const note =
    "scores are of each run's own held-out rows; the difference is the largest of an output between the " +
    "files and the trained model";
  const title = `What ${steps.at(-1)!.model} was made of`;
  return bundleOf(
    `${title}\n${
      textTable(columns, rows, columns.map((name) => numeric.has(name) ? "right" : "left"))
    }\n${note}\n`,
    htmlFrame(htmlSection(
      title,
      htmlTable({
        caption: note,
        columns: columns.map((title) => numeric.has(title) ? { title, align: "right" } : { title }),
        rows,
      }),
    )),
  );
}

/** The last part of each folder's name, where no other has the same. */
function shortNames(steps: Lineage["steps"]): Map<string, string> {
  const models = steps.map(({ model }) => model);
  const ends = models.map((model) => /^[a-z]{2,}:/.test(model) ? model : basename(model));
  return new Map(models.map((model, at) => {
    const isAlone = ends.filter((end) => end === ends[at]).length === 1;
    return [model, isAlone ? ends[at] : model];
  }));
}

/** A row for each of the step's receipts, the first of which says what the step is. */
function rowsOf(
  { model, made, from, scores: [score], receipts }: LineageStep,
  at: number,
  { number, short }: {
    readonly number: ReadonlyMap<string, number>;
    readonly short: ReadonlyMap<string, string>;
  },
): string[][] {
  const of = from.map((each) => number.get(each) ?? each).join(", ");
  const told = from.reduce((text, each) => text.replace(each, short.get(each) ?? each), made);
  const first = [String(at), short.get(model)!, told, of, score ? scoreText(score) : ""];
  const blank = first.map(() => "");
  const proofs = receipts.length > 0 ? receipts.map(receiptCells) : [["", "", "", ""]];
  return proofs.map((cells, row) => [...row === 0 ? first : blank, ...cells]);
}

function scoreText({ name, value, low, high }: CardScore): string {
  const ends = low === undefined || high === undefined
    ? ""
    : ` (${formatNumber(low)} to ${formatNumber(high)})`;
  return `${name} ${formatNumber(value)}${ends}`;
}

function receiptCells({ target, dtype, bytes, rows, largestDifference }: CardReceipt): string[] {
  return [
    dtype === undefined ? target : `${target} ${dtype}`,
    (bytes / bytesPerMegabyte).toFixed(1),
    String(rows),
    largestDifference === 0 ? "0" : largestDifference.toExponential(1),
  ];
}
