/**
 * What a comparison leaves: a row for each method, the best one, a table and a chart.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { text as nameRule } from "../../core/option_rules.ts";
import { comparisonChart } from "../../chart/comparison_chart.ts";
import type { Drawing } from "../../chart/drawing.ts";
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { html, htmlFrame, htmlTable, svgImage } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import { isMetricName, metricOf } from "../../metrics/mod.ts";
import { formatNumber } from "../display/format_number.ts";
import { titleOf } from "../display/score_titles.ts";
import type { PairedBootstrap } from "./paired_bootstrap.ts";
import type { ScoreInterval } from "./score_interval.ts";
import { timeText } from "../display/training_view.ts";

/** One run of a method. */
export interface ComparedSeed {
  readonly seed: number;
  readonly score: number;
  readonly seconds: number;
  readonly losses: readonly number[];
}

/** A method with its figures. What was not measured is absent. */
export interface ComparedMethod<Name extends string = string> {
  readonly name: Name;
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly learningRate: number;
  readonly epochs: number;
  /** Absent where no run was finished. */
  readonly score?: ScoreInterval;
  readonly runs: readonly ComparedSeed[];
  /**
   * For scores of written texts, the test of this method's first run against that of the best one (`b`), on
   * the same rows; absent for the best one.
   */
  readonly againstBest?: PairedBootstrap;
  readonly trainedParameters?: number;
  /** Bytes of the PEFT folder; absent for a method without one. */
  readonly savedBytes?: number;
  /** The largest resident memory of the first run, in a process of its own. */
  readonly peakBytes?: number;
  /** Mean seconds of training. */
  readonly seconds?: number;
  /** Why a run failed. */
  readonly failure?: string;
}

/** What a comparison leaves. */
export interface Comparison<Name extends string = string> {
  /** The methods, best score first; those without a score last. */
  readonly rows: readonly ComparedMethod<Name>[];
  /** The method with the best mean; where intervals overlap another may be as good. */
  readonly best?: ComparedMethod<Name>;
  /** The name of the score. */
  readonly metric: string;
  /** Rows that were trained on and that were scored. */
  readonly examples: { readonly train: number; readonly test: number };
  /** What the figures mean, and what was left out. */
  readonly notes: readonly string[];
  /** True where the comparison was stopped; finished runs are kept. */
  readonly stopped: boolean;
  /** The scores with their intervals; `scoreName` names the axis, for other languages. */
  chart(options?: { readonly scoreName?: string }): Drawing;
  toString(): string;
}

/** What a comparison is made of. */
export type ComparisonFigures<Name extends string> =
  & Omit<Comparison<Name>, "chart" | "best" | "toString">
  & { readonly better: "higher" | "lower" };

/** Sorts the rows and adds the displays. */
export function comparisonOf<Name extends string>(
  { better, ...figures }: ComparisonFigures<Name>,
): Comparison<Name> {
  const sign = better === "higher" ? -1 : 1;
  const worst = Number.MAX_VALUE;
  const rank = ({ score }: ComparedMethod) =>
    score && Number.isFinite(score.mean) ? sign * score.mean : worst;
  const rows = figures.rows.toSorted((a, b) => rank(a) - rank(b));
  const best = rows.find((row) => rank(row) < worst);
  const sorted = { ...figures, rows, ...(best ? { best } : {}) };
  const chart = (options: { readonly scoreName?: string } = {}) => {
    checkOptions("chart", options, { scoreName: nameRule });
    const { scoreName = titleOfMetric(figures.metric) } = options;
    return comparisonChart(
      rows.flatMap(({ name, score, runs }) =>
        score && Number.isFinite(score.mean)
          ? [{ name, ...score, scores: runs.map((run) => run.score) }]
          : []
      ),
      scoreName,
    );
  };
  const text = () => describeComparison(sorted);
  const comparison: Comparison<Name> = Object.freeze({
    ...sorted,
    chart,
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () => comparisonDisplay(comparison),
  });
  return comparison;
}

type Shown = Pick<Comparison, "rows" | "metric" | "examples" | "notes" | "stopped">;

function describeComparison(shown: Shown): string {
  return visibleLines([
    captionOf(shown),
    textTable(columnsOf(shown), shown.rows.map(cellsOf), ["left", ...rights]),
    ...shown.notes,
  ].join("\n"));
}

/** The table, the chart and the notes; `status` says what is going on. */
export async function comparisonDisplay(
  shown: Comparison,
  status?: string,
): Promise<MimeBundle> {
  const table = htmlTable({
    caption: captionOf(shown),
    columns: columnsOf(shown).map((title, at) => ({ title, align: at === 0 ? "left" : "right" })),
    rows: shown.rows.map(cellsOf),
  });
  const isScored = shown.rows.some(({ score }) => score && Number.isFinite(score.mean));
  const chart = shown.chart();
  const picture = isScored ? svgImage(await chart.svg(), chart.description) : html``;
  const notes = shown.notes.map((note) => html`<p style="margin:.2em 0;opacity:.85">${note}</p>`);
  const line = status === undefined ? [] : [html`<p style="margin:.2em 0">${status}</p>`];
  return bundleOf(
    [...(status === undefined ? [] : [status]), describeComparison(shown)].join("\n"),
    htmlFrame(line, table, picture, notes),
  );
}

function captionOf({ rows, examples, stopped }: Shown): string {
  return `${rows.length} method${rows.length === 1 ? "" : "s"}, ${
    examples.train.toLocaleString("en")
  } rows for training, ` +
    `${examples.test.toLocaleString("en")} held out${stopped ? "; stopped before the end" : ""}`;
}

const rights = new Array<"right">(8).fill("right");

/** What a metric of that name is called; one of your own by its name. */
function titleOfMetric(name: string): string {
  return isMetricName(name) ? titleOf(metricOf(name)) : name;
}

function columnsOf({ metric }: Shown): string[] {
  return [
    "method",
    titleOfMetric(metric),
    "95 % interval",
    "runs",
    "epochs",
    "trained",
    "saved kB",
    "peak MB",
    "time",
  ];
}

const unknown = "–";

function cellsOf(row: ComparedMethod): string[] {
  const { score, runs, trainedParameters, savedBytes, peakBytes, seconds, epochs } = row;
  return [
    row.name,
    score ? formatNumber(score.mean) : row.failure ? "failed" : unknown,
    score ? `${formatNumber(score.low)} to ${formatNumber(score.high)}` : unknown,
    String(runs.length),
    String(Number(epochs.toFixed(1))),
    trainedParameters?.toLocaleString("en") ?? unknown,
    savedBytes === undefined ? unknown : Math.ceil(savedBytes / 1e3).toLocaleString("en"),
    peakBytes === undefined ? unknown : Math.round(peakBytes / 1e6).toLocaleString("en"),
    seconds === undefined ? unknown : timeText(seconds),
  ];
}
