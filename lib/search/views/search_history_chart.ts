/**
 * The values of a search, trial by trial, and the best so far.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { ink } from "../../core/html.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import { palette } from "../../chart/palette.ts";
import { lossOf, type SearchHistory } from "../history.ts";
import {
  aimNames,
  drawnText,
  evenlyChosen,
  lastReport,
  numberText,
  type SearchChartOptions,
  searchChartRules,
} from "./viewed_search.ts";

const [width, height] = [460, 180];
/** More points than these run into one another. */
const mostTrials = 1500;
const states = ["complete", "pruned", "failed"] as const;
const colours = [palette[0], palette[1], palette[6]];
const shapes = [["complete", "circle"], ["pruned", "triangle-down"]] as const;

interface ChartPoint {
  readonly trial: number;
  readonly value: number;
  readonly state: string;
}

/**
 * Draws the value of each trial with the best so far as a line, for each aim; pruned trials at their last
 * report, failed ones at the foot.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, quasiRandom, searchHistoryChart, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: "lower", sampler: quasiRandom({ scramble: false }) } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * for (let trial = 0; trial < 4; trial++) {
 *   const { number, suggestion } = search.ask()!;
 *   search.tell(number, suggestion.x);
 * }
 * const drawn = searchHistoryChart(search.history, { aims: "loss" });
 * assert.match(String(drawn), /loss of 4 trials: the best is 0 in trial 0/);
 * ```
 */
export function searchHistoryChart(
  history: SearchHistory,
  options: SearchChartOptions = {},
): Drawing {
  checkOptions("searchHistoryChart", options, searchChartRules);
  const names = aimNames("searchHistoryChart", history, options);
  const panels = names.map((name, aim) => panelOf(history, aim, name));
  return drawing(
    {
      vconcat: panels.map(({ panel }) => panel),
      resolve: { legend: { color: "shared" } },
    } as never,
    panels.map(({ words }) => words).join(". "),
  );
}

function panelOf(history: SearchHistory, aim: number, name: string) {
  const { trials, better } = history;
  const ended = trials.filter(({ state }) => state !== "pending");
  const points = ended.flatMap(({ number, state, values, reports }): ChartPoint[] => {
    // Reports are of the first aim.
    const value = state === "complete"
      ? values![aim]
      : state === "pruned" && aim === 0
      ? lastReport({ reports } as never)
      : undefined;
    return value === undefined ? [] : [{ trial: number, value, state }];
  });
  const best = bestSoFar(points, (value) => lossOf(value, better[aim]));
  const drawn = evenlyChosen(points, mostTrials);
  const failed = evenlyChosen(ended.filter(({ state }) => state === "failed"), mostTrials);
  const x = {
    field: "trial",
    type: "quantitative",
    title: aim === better.length - 1 ? "trial" : null,
    scale: { domain: [0, Math.max(1, trials.length - 1)], nice: false, padding: 6 },
    axis: { tickMinStep: 1, format: "d", grid: false },
  };
  const y = { field: "value", type: "quantitative", title: name, scale: { zero: false } };
  const color = {
    field: "state",
    type: "nominal",
    title: null,
    scale: { domain: [...states, "best so far"], range: [...colours, ink] },
    legend: { symbolType: "circle", symbolOpacity: 1 },
  };
  const last = best.at(-1);
  const line = last === undefined ? [] : [...best, { ...last, trial: trials.length - 1 }];
  const panel = {
    width,
    height,
    layer: [
      {
        data: { values: line.map((point) => ({ ...point, state: "best so far" })) },
        mark: { type: "line", interpolate: "step-after", strokeWidth: 2, aria: false },
        encoding: { x, y, color },
      },
      // A shape of its own for each, beside its colour.
      ...shapes.map(([state, shape]) => ({
        data: { values: drawn.filter((point) => point.state === state) },
        mark: { type: "point", filled: true, shape, size: 34, opacity: 0.8, aria: false },
        encoding: { x, y, color },
      })),
      {
        data: { values: failed.map(({ number }) => ({ trial: number, state: "failed" })) },
        mark: { type: "point", filled: true, shape: "cross", size: 50, aria: false },
        encoding: { x, y: { value: height - 5 }, color },
      },
    ],
  };
  return {
    panel,
    words: wordsOf(name, history, best.at(-1)) + drawnText(drawn.length, points.length),
  };
}

/** Where the best changes, with what it is from there on. */
function bestSoFar(points: readonly ChartPoint[], loss: (value: number) => number): ChartPoint[] {
  const found: ChartPoint[] = [];
  for (const point of points.filter(({ state }) => state === "complete")) {
    const before = found.at(-1);
    if (before === undefined || loss(point.value) < loss(before.value)) found.push(point);
  }
  return found;
}

function wordsOf(name: string, { trials }: SearchHistory, best: ChartPoint | undefined): string {
  const counts = (["pruned", "failed", "pending"] as const).flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count === 0 ? [] : [`, ${count} of them ${state}`];
  });
  const all = `${name} of ${trials.length} trial${trials.length === 1 ? "" : "s"}${
    counts.join("")
  }`;
  return best === undefined
    ? `${all}: none is complete`
    : `${all}: the best is ${numberText(best.value)} in trial ${best.trial}`;
}
