/**
 * A report in words and tables of plain text.
 *
 * @module
 */
import { textTable } from "../../../core/text_table.ts";
import type { ShareInterval } from "../accuracy/estimated_accuracy.ts";
import type { SignalDrift } from "../drift/compare_rows.ts";
import { leastRows } from "../drift/compare_rows.ts";
import type { WatchState } from "../watch_report.ts";
import { percent } from "../../../core/percent.ts";

/** The titles of the table of drift, and which of them stand right. */
export const driftTitles = [
  "signal",
  "test",
  "held-out rows",
  "served rows",
  "statistic",
  "p, corrected",
  "PSI",
  "JS distance",
] as const;

const whole = (value: number) => value.toLocaleString("en");
const instant = (at: number) => new Date(at).toISOString().replace("T", " ").slice(0, 19) + " UTC";

/** Smaller p-values are rounding errors of the tests. */
const leastProbability = 1e-15;

/** A p-value with two digits. */
export function probability(p: number): string {
  return p < leastProbability ? `below ${leastProbability}` : p.toPrecision(2);
}

/** One line of the table of drift. */
export function driftCells(drift: SignalDrift): string[] {
  const { signal, test, reference, served, statistic, adjusted } = drift;
  const number = (value: number | undefined) => value === undefined ? "" : value.toFixed(3);
  return [
    signal,
    test,
    whole(reference),
    whole(served),
    number(statistic),
    drift.isTooFew ? served === 0 ? "not measured" : "too few to say" : probability(adjusted!),
    number(drift.populationStability),
    number(drift.jensenShannon),
  ];
}

/** What stands above the table of drift. */
export function driftHeading({ drift, history, looks, window, alpha }: WatchState): string {
  const last = history.at(-1);
  if (!last) {
    return `Drift: the first look comes after ${Math.ceil(window / looks)} rows`;
  }
  const rows = Math.min(window, last.rows);
  const verdict = drift.every(({ isTooFew }) => isTooFew)
    ? `too few rows to say; ${leastRows} are needed on both sides`
    : last.drift! < alpha
    ? `found, p ${probability(last.drift!)} where ${alpha} is the limit`
    : `none found, p ${probability(last.drift!)} where ${alpha} is the limit`;
  return `Drift of the last ${whole(rows)} rows: ${verdict}`;
}

/** The lines above everything: which model, how it is. */
export function factLines(state: WatchState): string[] {
  const { model, task, requests, rows, since, latency, failed, finished, queue, memory } = state;
  const live = [
    latency
      ? `latency p50 ${latency.p50.toFixed(1)} ms, p95 ${latency.p95.toFixed(1)} ms, ` +
        `p99 ${latency.p99.toFixed(1)} ms (last ${whole(latency.requests)} requests)`
      : "no request yet",
    `errors ${whole(failed)} of ${whole(finished)}`,
    ...(queue === undefined ? [] : [`queue ${whole(queue)}`]),
    `memory ${memory.toFixed(0)} MB`,
  ];
  return [
    `${model} (${task}): ${whole(requests)} requests, ${whole(rows)} rows since ${instant(since)}`,
    state.raised.length > 0 ? `ALARM: ${state.raised.join(", ")}` : "no alarm",
    live.join(" · "),
    ...(state.unwatched > 0 ? [`${whole(state.unwatched)} requests were not watched`] : []),
  ];
}

function interval({ mean, low, high }: ShareInterval): string {
  return `${mean.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** What is known of the accuracy. */
export function accuracyLines({ accuracy }: WatchState): string[] {
  if (!accuracy) return [];
  const { reference, estimated, measured, checked } = accuracy;
  return [
    `held-out: ${interval(reference)} of ${whole(reference.rows)} rows`,
    ...(estimated
      ? [`estimated without labels: ${interval(estimated)} of ${whole(estimated.rows)} rows`]
      : []),
    ...(measured
      ? [`by labels that came later: ${interval(measured)} of ${whole(measured.rows)} rows`]
      : []),
    ...(checked
      ? [
        `for these rows ${interval(checked)} was estimated: ` +
        (checked.holds
          ? "the labels agree"
          : "the labels disagree; the estimate cannot be trusted"),
      ]
      : []),
  ];
}

/** How many rows are unlike all held-out ones. */
export function outlierLine({ outliers: { rows, found, expectedShare } }: WatchState): string {
  if (rows === 0) return "Outliers: no rows yet";
  return `Outliers: ${whole(found)} of the last ${whole(rows)} rows (${percent(found / rows)}); ` +
    (expectedShare > 0
      ? `${percent(expectedShare)} at most are expected`
      : "the profile has too few rows to find any");
}

/** The cells of an alarm. */
export function alarmCells(
  { at, rule, state, measure, value, limit, detail }: WatchState["alarms"][number],
): string[] {
  return [instant(at), rule, state, `${measure} ${value.toPrecision(3)} (${limit})`, detail];
}

/** The titles of the table of alarms. */
export const alarmTitles = ["time", "rule", "state", "measured (limit)", "about"] as const;

/** The cells of an outlier. */
export function outlierCells(
  { id, row, at, signals }: WatchState["outliers"]["latest"][number],
): string[] {
  return [id, String(row + 1), instant(at), signals.join(", ")];
}

/** The titles of the table of outliers. */
export const outlierTitles = ["request", "input", "time", "beyond all held-out rows in"] as const;

/** An alarm in a line. */
function alarmLine(alarm: WatchState["alarms"][number]): string {
  const [time, rule, state, measured, detail] = alarmCells(alarm);
  return `${time}  ${rule} ${state}: ${measured}; ${detail}`;
}

const shown = 10;

/** The whole report. */
export function watchText(state: WatchState): string {
  const { drift, alarms, outliers: { latest } } = state;
  const accuracy = accuracyLines(state);
  return [
    ...factLines(state),
    ...(accuracy.length > 0 ? ["", "Accuracy", ...accuracy.map((line) => `  ${line}`)] : []),
    "",
    driftHeading(state),
    ...(drift.length > 0
      ? [
        textTable(
          driftTitles,
          drift.map(driftCells),
          driftTitles.map((_, at) => at < 2 ? "left" : "right"),
        ),
      ]
      : []),
    "",
    outlierLine(state),
    ...(latest.length > 0
      ? [textTable(outlierTitles, latest.slice(0, shown).map(outlierCells))]
      : []),
    ...(alarms.length > 0
      ? ["", "Alarms", ...alarms.slice(0, shown).map((alarm) => `  ${alarmLine(alarm)}`)]
      : []),
  ].join("\n");
}
