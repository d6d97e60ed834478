/**
 * How what a search has found shows itself: the one place for its tables and charts.
 *
 * @module
 */
import { bundleOf, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { html, htmlFrame, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { isMetricName, metricOf } from "../../metrics/mod.ts";
import type { SearchHistory } from "../../search/history.ts";
import { lossOf } from "../../search/history.ts";
import { searchDisplay } from "../../search/views/search_display.ts";
import { formatNumber } from "../display/format_number.ts";
import { titleOf } from "../display/score_titles.ts";
import { timeText } from "../display/training_view.ts";
import { describedSettings } from "./describe_suggestion.ts";
import { costText, type SearchCost, titleOfCost } from "./search_costs.ts";

/** A trial as it is shown. */
interface ShownTrial {
  readonly number: number;
  readonly state: SearchHistory["trials"][number]["state"];
  readonly reason?: string | undefined;
  readonly suggestion: unknown;
  readonly score?: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** What is shown of a search, while it runs and afterwards. */
export interface ShownSearch {
  readonly trials: readonly ShownTrial[];
  readonly history: SearchHistory;
  readonly metric: string;
  readonly costs: readonly SearchCost[];
  /** The trials that none is better than. */
  readonly front: readonly { readonly number: number }[];
  readonly chosen?: { readonly number: number };
  readonly notes: readonly string[];
}

/** Trials in a table, the best ones first; the others are counted. */
const mostShown = 12;

/** The table and the notes as text. */
export function describeFound(shown: ShownSearch): string {
  return [
    captionOf(shown),
    textTable(columnsOf(shown), rowsOf(shown), alignsOf(shown)),
    ...notesOf(shown),
  ].join("\n");
}

/** The same in several formats; `status` says what is going on. */
export function foundDisplay(shown: ShownSearch, status?: string): MimeBundle {
  const table = htmlTable({
    caption: captionOf(shown),
    columns: columnsOf(shown).map((title, at) => ({ title, align: alignsOf(shown)[at] })),
    rows: rowsOf(shown),
  });
  const notes = notesOf(shown).map((note) =>
    html`<p style="margin:.2em 0;opacity:.85">${note}</p>`
  );
  const line = status === undefined ? [] : [html`<p style="margin:.2em 0">${status}</p>`];
  return bundleOf(
    [...(status === undefined ? [] : [status]), describeFound(shown)].join("\n"),
    htmlFrame(line, table, notes),
  );
}

/** The table of an ended search, and its charts below. */
export async function foundWithCharts(shown: ShownSearch): Promise<MimeBundle> {
  const table = foundDisplay(shown);
  const aims = [shown.metric, ...shown.costs.map(titleOfCost)];
  const charts = searchDisplay(shown.history, { aims, title: "the trials" });
  const { [jupyterDisplay]: draw } = charts;
  const drawn = await draw();
  return { ...table, "text/html": `${table["text/html"]}${drawn["text/html"]}` };
}

/** The front first, then the other trials by their scores, then those under way, pruned and failed. */
function rankedTrials(
  { trials, front, history: { better: [better] } }: ShownSearch,
): ShownTrial[] {
  const onFront = new Set(front.map(({ number }) => number));
  const states = ["complete", "pending", "pruned", "failed"];
  return trials.toSorted((a, b) =>
    states.indexOf(a.state) - states.indexOf(b.state) ||
    Number(onFront.has(b.number)) - Number(onFront.has(a.number)) ||
    lossOf(a.score ?? 0, better) - lossOf(b.score ?? 0, better) || a.number - b.number
  ).slice(0, mostShown);
}

function captionOf({ trials }: ShownSearch): string {
  const counted = (["complete", "pruned", "failed", "pending"] as const).flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${trials.length} trial${trials.length === 1 ? "" : "s"}: ${counted.join(", ")}`;
}

function columnsOf(shown: ShownSearch): string[] {
  const { metric } = shown;
  const title = isMetricName(metric) ? titleOf(metricOf(metric)) : metric;
  const why = hasReasons(shown) ? ["why not"] : [];
  const { costs } = shown;
  const ofCosts = costs.length === 0 ? [] : [...costs.map(titleOfCost), "front"];
  return ["trial", `validation ${title}`, ...ofCosts, ...settingNames(shown), "time", ...why];
}

function hasReasons({ trials }: ShownSearch): boolean {
  return trials.some(({ reason }) => reason !== undefined);
}

/** Numbers stand on the right: the trial's, its score and its costs. */
function alignsOf(shown: ShownSearch): ("left" | "right")[] {
  return columnsOf(shown).map((_, at) => at < 2 + shown.costs.length ? "right" : "left");
}

/** `yes` for a trial that none is better than. */
function frontText({ front, chosen }: ShownSearch, number: number): string {
  if (number === chosen?.number) return "chosen";
  return front.some((each) => each.number === number) ? "yes" : "";
}

function settingNames({ trials, history: { dimensions } }: ShownSearch): string[] {
  if (trials.length === 0) return [];
  return describedSettings(trials[0].suggestion, dimensions).map(([name]) => name);
}

function rowsOf(shown: ShownSearch): string[][] {
  const { dimensions } = shown.history;
  return rankedTrials(shown).map(({ number, state, score, suggestion, reason, figures }) => [
    String(number),
    score === undefined ? state : formatNumber(score),
    ...shown.costs.map((cost) => figures[cost] === undefined ? "" : costText(figures[cost])),
    ...(shown.costs.length === 0 ? [] : [frontText(shown, number)]),
    ...describedSettings(suggestion, dimensions).map(([, value]) => value),
    figures.seconds === undefined ? "" : timeText(figures.seconds),
    ...(hasReasons(shown) ? [reason ?? ""] : []),
  ]);
}

function notesOf({ trials, notes }: ShownSearch): string[] {
  const more = trials.length - mostShown;
  return [...(more > 0 ? [`${more} more trials are in the history`] : []), ...notes];
}
