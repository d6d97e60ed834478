/**
 * A report as a person reads it: in a notebook, in a terminal, and as a page.
 *
 * @module
 */
import type { Drawing } from "../../../chart/drawing.ts";
import {
  bundleOf,
  customInspect,
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
} from "../../../core/display.ts";
import { TunebookError } from "../../../core/errors.ts";
import {
  type Html,
  html,
  htmlFrame,
  htmlSection,
  htmlTable,
  svgImage,
} from "../../../core/html.ts";
import { htmlPage } from "../../../core/html_page.ts";
import { isRecord } from "../../../core/objects.ts";
import { shownValue } from "../../../core/shown_value.ts";
import { visibleLines } from "../../../core/visible.ts";
import { reportVersion, type WatchState } from "../watch_report.ts";
import {
  accuracyHistoryChart,
  driftHistoryChart,
  profileCalibrationChart,
  shareChart,
} from "./report_charts.ts";
import {
  accuracyLines,
  alarmCells,
  alarmTitles,
  driftCells,
  driftHeading,
  driftTitles,
  factLines,
  outlierCells,
  outlierLine,
  outlierTitles,
  watchText,
} from "./report_text.ts";

/** A report, which shows itself. */
export interface ReportView extends WatchState, Displayed {
  /** A whole page for a browser, light or dark as the person has it, without scripts and network. */
  html(): Promise<string>;
  /** The report in words and tables. */
  toString(): string;
  [jupyterDisplay](): Promise<MimeBundle>;
}

/** The report with its displays. */
export function shownReport(state: WatchState): ReportView {
  const inWords = () => visibleLines(watchText(state));
  const view = {
    html: async () => htmlPage(`${state.model}: watched`, await reportHtml(state)),
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: async () => bundleOf(inWords(), htmlFrame(await reportHtml(state))),
  };
  // Not enumerable, so that JSON and copies have the data alone.
  const hidden = Object.fromEntries(
    Reflect.ownKeys(view).map((key) => [key, { value: view[key as keyof typeof view] }]),
  );
  return Object.freeze(Object.defineProperties({ ...state }, hidden)) as ReportView;
}

/**
 * The report that a server gave as JSON (`/watch.json`), which shows itself in a notebook and has `html()`.
 * Throws an error of kind "data" for what is none or is damaged, and of kind "unsupported" for that of another
 * version.
 *
 * @param where what errors call it, an address or a file
 *
 * @example
 * ```ts
 * import { readReport } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // const answer = await fetch("http://127.0.0.1:8000/watch.json?model=films");
 * const answer = Response.json({ error: { message: "there is no model films" } }, { status: 404 });
 * await assert.rejects(
 *   async () => readReport(await answer.json(), "the server"),
 *   /the server gives no report of a watched model/,
 * );
 * ```
 */
export function readReport(value: unknown, where: string): ReportView {
  if (!isRecord(value) || value.format !== "tunebook watch report") {
    throw new TunebookError("data", `${where} gives no report of a watched model`);
  }
  if (value.version !== reportVersion) {
    throw new TunebookError(
      "unsupported",
      `the report of ${where} has version ${
        shownValue(value.version)
      }; this tunebook reads ${reportVersion}`,
    );
  }
  const { drift, history, raised, alarms, outliers } = value;
  const lists = { drift, history, raised, alarms, outliers: isRecord(outliers) && outliers.latest };
  const damaged = Object.entries(lists).filter(([, each]) => !Array.isArray(each));
  if (damaged.length > 0) {
    throw new TunebookError(
      "data",
      `the report of ${where} is damaged: ${damaged.map(([name]) => name).join(", ")} ` +
        `${damaged.length > 1 ? "are no lists" : "is no list"}`,
    );
  }
  return shownReport(value as unknown as WatchState);
}

async function reportHtml(state: WatchState): Promise<Html> {
  const { accuracy, drift, history, raised, alarms, outliers: { latest } } = state;
  const [title, , ...facts] = factLines(state);
  const table = (
    caption: string,
    titles: readonly string[],
    rows: readonly string[][],
    fromRight = Infinity,
  ) =>
    rows.length === 0
      ? ""
      : html`<div style="overflow-x:auto" tabindex="0" role="region" aria-label="${caption}">${
        htmlTable({
          caption,
          columns: titles.map((each, at) => ({
            title: each,
            align: at >= fromRight ? "right" : "left",
          })),
          rows,
        })
      }</div>`;
  const looked = history.some((look) => look.drift !== undefined);
  return html`
    <h1 style="font-size:1.3em;margin:.2em 0">${title}</h1>
    <p style="margin:.2em 0">${raised.length > 0
      ? html`<strong>⚠ ALARM: ${raised.join(", ")}</strong>`
      : "No alarm."}</p>
    ${facts.map((line) => html`<p style="margin:.2em 0">${line}</p>`)}
    ${htmlSection(
      driftHeading(state),
      looked ? await pictures([driftHistoryChart(state)]) : "",
      table(
        "Held-out rows beside served ones, signal by signal",
        driftTitles,
        drift.map(driftCells),
        2,
      ),
      await pictures(drift.filter(({ shares }) => shares).map(shareChart)),
    )}
    ${accuracy
      ? htmlSection(
        "Accuracy",
        accuracyLines(state).map((line) => html`<p style="margin:.2em 0">${line}</p>`),
        await pictures([
          ...(history.some(({ estimated }) => estimated) ? [accuracyHistoryChart(state)] : []),
          profileCalibrationChart(accuracy),
        ]),
      )
      : ""}
    ${htmlSection(
      outlierLine(state),
      table("The latest outliers", outlierTitles, latest.map(outlierCells)),
    )}
    ${alarms.length > 0
      ? htmlSection("Alarms", table("The latest alarms", alarmTitles, alarms.map(alarmCells)))
      : ""}
  `;
}

/** Charts beside each other, as many as there is room for. */
async function pictures(charts: readonly Drawing[]): Promise<Html> {
  const drawn: Html[] = [];
  for (const chart of charts) {
    const picture = svgImage(await chart.svg(), chart.description);
    drawn.push(html`<div>${picture}</div>`);
  }
  return html`<div style="display:flex;flex-wrap:wrap;gap:1em 2em;align-items:start">${drawn}</div>`;
}
