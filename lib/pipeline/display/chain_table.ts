/**
 * The steps of a deployment as a table, for terminals and notebooks.
 *
 * @module
 */
import { type Html, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { ChainStep, DeploymentChain } from "../run/deployment_chain.ts";
import { formatNumber } from "./format_number.ts";

const title = "Each step beside the trained model, on the same held-out rows";

function columnsOf({ metric }: DeploymentChain): string[] {
  return ["step", "rows", "difference", "same answers", metric, "95 %", "MB", "ms a row"];
}

const bytesPerMegabyte = 1e6;
const shownDigits = 2;
/** From so many milliseconds on, whole ones are shown. */
const wholeFrom = 10;

function cellsOf(
  { step, rows, largestDifference, agreement, score, bytes, milliseconds }: ChainStep,
): string[] {
  const { low, high } = score ?? {};
  return [
    step,
    String(rows),
    largestDifference === 0 ? "0" : largestDifference.toExponential(1),
    agreement ? `${agreement.same} of ${agreement.compared}` : "",
    score ? formatNumber(score.value) : "",
    low === undefined || high === undefined ? "" : `${formatNumber(low)} to ${formatNumber(high)}`,
    bytes === undefined ? "" : (bytes / bytesPerMegabyte).toFixed(1),
    milliseconds < wholeFrom ? milliseconds.toPrecision(shownDigits) : milliseconds.toFixed(),
  ];
}

/** For a terminal. */
export function chainText(chain: DeploymentChain): string {
  const columns = columnsOf(chain);
  return textTable(
    columns,
    chain.steps.map(cellsOf),
    columns.map((_, at) => at === 0 ? "left" : "right"),
  );
}

/** For a notebook. */
export function chainHtml(chain: DeploymentChain): Html {
  return htmlTable({
    caption: title,
    columns: columnsOf(chain).map((title, at) => at === 0 ? { title } : { title, align: "right" }),
    rows: chain.steps.map(cellsOf),
  });
}
