/**
 * A search as a person looks at it: in a notebook, in a terminal, and as a page.
 *
 * @module
 */
import type { Drawing } from "../../chart/drawing.ts";
import { checkOptions } from "../../core/check_options.ts";
import {
  bundleOf,
  customInspect,
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
} from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, svgImage } from "../../core/html.ts";
import { htmlPage } from "../../core/html_page.ts";
import { list, type Rules, text } from "../../core/option_rules.ts";
import { visibleLines } from "../../core/visible.ts";
import type { SearchHistory } from "../history.ts";
import type { TrialAttempt } from "../store/trial_attempts.ts";
import { importanceChart, shownImportances } from "./importance_chart.ts";
import { parallelCoordinatesChart } from "./parallel_coordinates_chart.ts";
import { paretoFrontChart } from "./pareto_front_chart.ts";
import { searchHistoryChart } from "./search_history_chart.ts";
import { bestText, canTell, countsText, searchText, trialTable } from "./search_text.ts";
import { sliceChart } from "./slice_chart.ts";
import { timelineChart } from "./timeline_chart.ts";
import { trialCurvesChart } from "./trial_curves_chart.ts";
import { aimNames, type SearchChartOptions, searchChartRules } from "./viewed_search.ts";

/** How a search is shown. */
export interface SearchDisplayOptions extends SearchChartOptions {
  /** Its heading: `search` unless given. */
  readonly title?: string;
  /** Who ran which trial when, as `readSearch` gives it; without it there is no timeline. */
  readonly attempts?: readonly TrialAttempt[];
}

/** A search that shows itself. */
export interface SearchDisplay extends Displayed {
  /** The charts that there is something to draw for, by their names. */
  readonly charts: Readonly<Record<string, Drawing>>;
  /** A whole page for a browser, light or dark as the person has it, without scripts and network. */
  html(): Promise<string>;
  /** The search in words, tables and small bars. */
  toString(): string;
  [jupyterDisplay](): Promise<MimeBundle>;
}

const rules: Rules<SearchDisplayOptions> = {
  ...searchChartRules,
  title: text,
  attempts: list,
};

/**
 * Shows a search: the history of its values, the Pareto front of several aims, the importance of its
 * parameters, parallel coordinates, a slice for each parameter, what trials reported on their way, and a
 * timeline. In a notebook it is a display, `String` of it is plain text, and `html()` a page.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, quasiRandom, searchDisplay, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: "lower", sampler: quasiRandom() } as const;
 * const search = startSearch({ x: float(0, 1), y: float(0, 1) }, options);
 * for (let trial = 0; trial < 32; trial++) {
 *   const { number, suggestion: { x, y } } = search.ask()!;
 *   search.tell(number, x + y / 100);
 * }
 * const shown = searchDisplay(search.history, { aims: "loss", title: "two numbers" });
 * assert.match(String(shown), /two numbers: 32 trials: 32 complete\nbest: trial \d+, loss 0\.0/);
 * assert.deepEqual(Object.keys(shown.charts), ["history", "importance", "parallel", "slices"]);
 * assert.match(await shown.html(), /^<!doctype html>/);
 * ```
 */
export function searchDisplay(
  history: SearchHistory,
  options: SearchDisplayOptions = {},
): SearchDisplay {
  checkOptions("searchDisplay", options, rules);
  const { title = "search", attempts = [] } = options;
  const names = aimNames("searchDisplay", history, options);
  const charts = Object.freeze(chartsOf(history, names, attempts));
  const inWords = () =>
    visibleLines([
      searchText(history, title, names),
      ...charts.timeline ? ["", charts.timeline.description] : [],
    ].join("\n"));
  const content = () => contentOf(history, { title, names, charts });
  return Object.freeze({
    charts,
    html: async () => htmlPage(title, await content()),
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: async () => bundleOf(inWords(), htmlFrame(await content())),
  });
}

const headings: Readonly<Record<string, string>> = {
  history: "History",
  front: "Pareto front",
  importance: "Importance of parameters",
  parallel: "Parallel coordinates",
  slices: "Slices",
  curves: "Reports on the way",
  timeline: "Timeline",
};

/** A chart where there is something in it. */
function chartsOf(
  history: SearchHistory,
  aims: readonly string[],
  attempts: readonly TrialAttempt[],
): Record<string, Drawing> {
  const { trials } = history;
  const hasComplete = trials.some(({ state }) => state === "complete");
  const isTold = aims.some((_, aim) => canTell(shownImportances(history, aim)));
  const hasReports = trials.some(({ reports }) => reports.length > 0);
  return {
    ...trials.length > 0 ? { history: searchHistoryChart(history, { aims }) } : {},
    ...hasComplete && aims.length > 1 ? { front: paretoFrontChart(history, { aims }) } : {},
    ...isTold ? { importance: importanceChart(history, { aims }) } : {},
    ...hasComplete ? { parallel: parallelCoordinatesChart(history, { aims }) } : {},
    ...hasComplete ? { slices: sliceChart(history, { aims }) } : {},
    ...hasReports ? { curves: trialCurvesChart(history, { aims }) } : {},
    ...attempts.length > 0 ? { timeline: timelineChart(history, attempts) } : {},
  };
}

async function contentOf(
  history: SearchHistory,
  { title, names, charts }: {
    readonly title: string;
    readonly names: readonly string[];
    readonly charts: Readonly<Record<string, Drawing>>;
  },
): Promise<Html> {
  const { caption, titles, rows } = trialTable(history, names);
  const pictures: Html[] = [];
  for (const [name, chart] of Object.entries(charts)) {
    const picture = svgImage(await chart.svg(), chart.description);
    pictures.push(htmlSection(headings[name], html`<div style="overflow-x:auto">${picture}</div>`));
  }
  const table = rows.length === 0
    ? ""
    : html`<div style="overflow-x:auto" tabindex="0" role="region" aria-label="${caption}">${
      htmlTable({
        caption,
        columns: titles.map((each) => ({ title: each, align: "right" as const })),
        rows,
      })
    }</div>`;
  return html`
    <h1 style="font-size:1.3em;margin:.2em 0">${title}</h1>
    <p style="margin:.2em 0">${countsText(history)}</p>
    <p style="margin:.2em 0">${bestText(history, names)}</p>
    ${table}${pictures}
  `;
}
