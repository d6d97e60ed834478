/**
 * Several runs side by side: their losses and their scores.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { record, type Rules, share } from "../core/option_rules.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { extremeSteps, smoothed } from "./curve.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** What is compared of a run; the result of a run has these fields. */
export interface ComparedRun {
  readonly losses: ArrayLike<number>;
  /** Scores by name; those that are no numbers are left out. */
  readonly scores?: unknown;
}

/** How to draw the comparison. */
export interface RunsChartOptions {
  /** How much of the past stays in the smooth lines, from 0 to 1; 0.9 unless given. */
  readonly smoothing?: number;
  /** What the axes are called, for other languages. */
  readonly titles?: { readonly loss?: string; readonly step?: string };
}

const rules: Rules<RunsChartOptions> = { smoothing: share, titles: record };

/** Points of a line, and of all lines together. */
const [mostPoints, mostInAll] = [200, 4000];
/** Around equal scores, as a share of them. */
const leastRoom = 0.02;

/**
 * Draws the smoothed losses of runs as lines, and beside them each score that is a number.
 *
 * @example
 * ```ts
 * import { runsChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = runsChart({
 *   "rank 2": { losses: [0.7, 0.6], scores: { accuracy: 0.8 } },
 *   "rank 8": { losses: [0.7, 0.4], scores: { accuracy: 0.9 } },
 * });
 * assert.match(String(drawn), /rank 8: last loss 0.5.*, accuracy 0.9/);
 * ```
 */
export function runsChart(
  runs: Readonly<Record<string, ComparedRun>>,
  options: RunsChartOptions = {},
): Drawing {
  checkOptions("runsChart", options, rules);
  const { smoothing = 0.9, titles = {} } = options;
  const names = Object.keys(runs);
  const color = {
    field: "run",
    type: "nominal",
    title: null,
    scale: { domain: names, range: names.map((_, at) => palette[at % palette.length]) },
  };
  const most = Math.min(mostPoints, Math.ceil(mostInAll / names.length));
  const lines = Object.entries(runs).map(([run, { losses, scores }]) => {
    const smooth = smoothed(losses, smoothing);
    const numbers = Object.entries((scores ?? {}) as Record<string, unknown>)
      .filter((entry): entry is [string, number] => typeof entry[1] === "number");
    return {
      points: extremeSteps(smooth, most)
        .map((at) => ({ run, step: at + 1, loss: smooth[at] })),
      scores: numbers.map(([metric, score]) => ({ run, metric, score })),
      words: [
        `${run}: last loss ${short(smooth[smooth.length - 1] ?? NaN)}`,
        ...numbers.map(([name, value]) => `${name} ${short(value)}`),
      ].join(", "),
    };
  });
  const losses = {
    width: 320,
    height: 200,
    data: { values: lines.flatMap(({ points }) => points) },
    mark: { type: "line", strokeWidth: 2 },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: titles.step ?? "step",
        axis: { tickMinStep: 1, format: "d" },
      },
      y: {
        field: "loss",
        type: "quantitative",
        title: titles.loss ?? "loss, smoothed",
        scale: { zero: false },
      },
      color,
    },
  };
  const scored = lines.flatMap(({ scores }) => scores);
  const scores = {
    width: 160,
    height: 200,
    data: { values: scored },
    mark: { type: "point", filled: true, size: 90, opacity: 0.9 },
    encoding: {
      x: { field: "metric", type: "nominal", title: null, axis: { labelAngle: 0 } },
      xOffset: { field: "run", type: "nominal" },
      y: { field: "score", type: "quantitative", scale: scaleOf(scored) },
      color,
    },
  };
  return drawing(
    { hconcat: scored.length > 0 ? [losses, scores] : [losses] } as never,
    `${lines.length} run${lines.length === 1 ? "" : "s"} compared. ${
      lines.map(({ words }) => words).join("; ")
    }`,
  );
}

/** Room above and below the points, also where there is only one. */
function scaleOf(scored: readonly { readonly score: number }[]): Record<string, unknown> {
  const finite = scored.map(({ score }) => score).filter(Number.isFinite);
  if (finite.length === 0) return { zero: false };
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = Math.max(leastRoom * Math.max(Math.abs(low), Math.abs(high)), (high - low) / 8);
  return { zero: false, domain: [low - room, high + room] };
}
