/**
 * Models side by side, as a terminal and a notebook show them.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import { formatNumber } from "../display/format_number.ts";

/** A model with what it scores and costs. */
export interface MeasuredModel<Name extends string = string> {
  readonly name: Name;
  readonly reference: string;
  /** On the rows, with its 95 % interval. */
  readonly score: ScoreInterval;
  readonly parameters: number;
  /** Of its files of weights. */
  readonly bytes: number;
  /** The median of one row alone, in float32 on the device. */
  readonly milliseconds: number;
}

/** Models side by side; shows itself. */
export interface MeasuredModels<Name extends string = string> {
  readonly models: readonly MeasuredModel<Name>[];
  /** The metric's name. */
  readonly metric: string;
  readonly rows: number;
  /** How many rows were timed. */
  readonly timedRows: number;
}

const bytesPerMegabyte = 1e6;

/** Measurements that show themselves. */
export function measuredModels<Name extends string>(
  measured: MeasuredModels<Name>,
): MeasuredModels<Name> {
  return Object.freeze(withDisplay(measured, shown));
}

function shown({ models, metric, rows, timedRows }: MeasuredModels) {
  const columns = ["model", metric, "95 %", "parameters", "MB", "ms a row", "time"];
  const [first] = models;
  const shareOf = ({ milliseconds }: MeasuredModel) => milliseconds / first.milliseconds;
  const cells = models.map((each) => [
    each.name,
    formatNumber(each.score.mean),
    each.score.over === "nothing"
      ? ""
      : `${formatNumber(each.score.low)} to ${formatNumber(each.score.high)}`,
    each.parameters.toLocaleString("en"),
    (each.bytes / bytesPerMegabyte).toFixed(1),
    each.milliseconds.toPrecision(3),
  ]);
  const title = `${rows} rows; times are medians of ${timedRows} rows, each by itself, in turns`;
  const shareText = (each: MeasuredModel) => `${shareOf(each).toFixed(2)} ×`;
  const longest = Math.max(...models.map(shareOf));
  return bundleOf(
    `${title}\n${
      textTable(
        columns,
        cells.map((row, at) => [...row, shareText(models[at])]),
        columns.map((_, at) => at === 0 ? "left" : "right"),
      )
    }\n`,
    htmlFrame(htmlSection(
      title,
      htmlTable({
        caption: "What models score and cost",
        columns: columns.map((title, at) =>
          at === 0 || at === columns.length - 1 ? { title } : { title, align: "right" }
        ),
        rows: cells.map((row, at) => [
          ...row,
          shareBar(shareOf(models[at]) / longest, shareText(models[at])),
        ]),
      }),
    )),
  );
}
