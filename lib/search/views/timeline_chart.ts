/**
 * Who ran which trial when.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, text as anyName } from "../../core/option_rules.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import { palette } from "../../chart/palette.ts";
import type { SearchHistory } from "../history.ts";
import type { TrialAttempt } from "../store/trial_attempts.ts";
import { drawnText } from "./viewed_search.ts";

/** How to draw a timeline. */
export interface TimelineChartOptions {
  /** What the axis of processes is called: `process` unless given. */
  readonly title?: string;
}

const rules: Rules<TimelineChartOptions> = { title: anyName };

const [width, rowHeight] = [460, 26];
const mostAttempts = 1500;
/** A bar that is narrower has no room for its number. */
const leastShare = 0.035;
const states = ["complete", "pruned", "failed", "pending", "lost"];
const colours = [palette[0], palette[1], palette[6], palette[3], palette[4]];
/** Units of time from the longest, in milliseconds, and from where on they are taken. */
const units = [["hours", 3_600_000, 2], ["minutes", 60_000, 2], ["seconds", 1000, 0]] as const;

/**
 * Draws a bar for each attempt at a trial, a row for each process, over the time since the first began. Lost
 * attempts are those of processes that were gone; of many the last ones are drawn.
 *
 * @param attempts as `readSearch` gives them
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, openSearch, randomSearch, readSearch, timelineChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const file = `${await Deno.makeTempDir()}/search.sqlite`;
 * const options = { file, better: "lower", sampler: randomSearch() } as const;
 * using search = openSearch({ x: float(0, 1) }, options);
 * search.tell(search.ask()!.number, 0.5);
 * const { history, attempts } = readSearch(file);
 * assert.match(String(timelineChart(history, attempts)), /1 attempt at 1 trial by 1 process/);
 * ```
 */
export function timelineChart(
  { trials }: SearchHistory,
  attempts: readonly TrialAttempt[],
  options: TimelineChartOptions = {},
): Drawing {
  checkOptions("timelineChart", options, rules);
  const { title = "process" } = options;
  const start = Math.min(...attempts.map(({ began }) => began));
  const end = Math.max(start, ...attempts.map(({ until }) => until));
  const [unit, milliseconds] = units.find(([, length, least]) => end - start >= least * length)!;
  const drawn = attempts.slice(-mostAttempts);
  const workers = [...new Set(attempts.map(({ worker }) => worker))];
  const values = drawn.map(({ number, worker, began, until, state }) => ({
    worker,
    trial: String(number),
    from: (began - start) / milliseconds,
    to: (until - start) / milliseconds,
    state: state === "lost" ? "lost" : trials[number].state,
  }));
  const x = {
    field: "from",
    type: "quantitative",
    title: unit,
    scale: { domain: [0, Math.max((end - start) / milliseconds, 1e-3)], nice: false },
    axis: { grid: false },
  };
  const y = {
    field: "worker",
    type: "nominal",
    sort: workers,
    title,
    scale: { paddingInner: 0.2 },
    axis: { labelLimit: 160, ticks: false, domain: false },
  };
  const wide = values.filter(({ from, to }) =>
    (to - from) * milliseconds > leastShare * (end - start)
  );
  return drawing(
    {
      width,
      height: rowHeight * Math.max(1, workers.length),
      layer: [
        {
          data: { values },
          mark: { type: "bar", cornerRadius: 2, stroke: "#808080", strokeWidth: 0.5, aria: false },
          encoding: {
            x,
            x2: { field: "to" },
            y,
            color: {
              field: "state",
              type: "nominal",
              title: null,
              scale: { domain: states, range: colours },
            },
          },
        },
        {
          data: {
            values: wide.map(({ worker, trial, from, to }) => ({
              worker,
              trial,
              from: (from + to) / 2,
            })),
          },
          mark: { type: "text", color: "white", fontSize: 10, aria: false },
          encoding: { x, y, text: { field: "trial" } },
        },
      ],
    } as never,
    wordsOf(attempts, workers.length, (end - start) / milliseconds, unit) +
      drawnText(drawn.length, attempts.length),
  );
}

function wordsOf(
  attempts: readonly TrialAttempt[],
  workers: number,
  time: number,
  unit: string,
): string {
  const trials = new Set(attempts.map(({ number }) => number)).size;
  const counted = (count: number, name: string, many: string) =>
    `${count} ${count === 1 ? name : many}`;
  const lost = attempts.filter(({ state }) => state === "lost").length;
  return `${counted(attempts.length, "attempt", "attempts")} at ${
    counted(trials, "trial", "trials")
  } by ${counted(workers, "process", "processes")} in ${time.toFixed(1)} ${unit}${
    lost > 0 ? `, ${lost} of them lost` : ""
  }`;
}
