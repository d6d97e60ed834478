/**
 * The curves of a training run: loss, learning rate and validation score by step.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, share, text, whole } from "../core/option_rules.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { extremeSteps, smoothed } from "./curve.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** What a run recorded; the result of a run has these fields. */
export interface RunCurves {
  /** The loss of each step; step 1 comes first. */
  readonly losses: ArrayLike<number>;
  /** Scores of the state after a step. */
  readonly validations?: readonly { readonly step: number; readonly score: number }[];
  /** The learning rate of each step. */
  readonly learningRates?: ArrayLike<number>;
}

/** How to draw the curves. */
export interface LossChartOptions {
  /** How much of the past stays in the smooth line, from 0 to 1; 0.9 unless given. */
  readonly smoothing?: number;
  /** The step of the first loss; 1 unless given. */
  readonly firstStep?: number;
  /** How many steps the whole run has, for the axis. */
  readonly totalSteps?: number;
  /** What the validation score is called. */
  readonly scoreName?: string;
  readonly title?: string;
}

const rules: Rules<LossChartOptions> = {
  smoothing: share,
  firstStep: whole,
  totalSteps: whole,
  scoreName: text,
  title: text,
};

/** More points than pixels cannot be seen. */
const mostPoints = 400;
/** More than these run into a line. */
const mostDots = 60;

/**
 * Draws the loss, raw and smoothed (an exponential mean, corrected for its start as Adam's moments
 * are), and below it the learning rate and the validation scores where there are any.
 *
 * @example
 * ```ts
 * import { lossChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = lossChart({ losses: [0.7, 0.5, 0.4], validations: [{ step: 3, score: 0.8 }] });
 * assert.match(String(drawn), /loss over 3 steps.*from 0.7 to 0.5229/);
 * ```
 */
export function lossChart(
  { losses, validations = [], learningRates }: RunCurves,
  options: LossChartOptions = {},
): Drawing {
  checkOptions("lossChart", options, rules);
  const { smoothing = 0.9, firstStep = 1, totalSteps, title } = options;
  const { scoreName = "validation score" } = options;
  const width = 460;
  const steps = extremeSteps(losses, mostPoints);
  const smooth = smoothed(losses, smoothing);
  const last = Math.max(firstStep + losses.length - 1, totalSteps ?? 1);
  const x = {
    field: "step",
    type: "quantitative",
    title: null,
    scale: { domain: [0, last], nice: false },
    axis: { tickMinStep: 1, format: "d" },
  };
  const y = (name: string) => ({
    field: name,
    type: "quantitative",
    title: name,
    scale: { zero: false },
    // Above its axis: upright, the titles of low panels would run into one another.
    axis: {
      titleAngle: 0,
      titleAlign: "left",
      titleAnchor: "end",
      titleX: 0,
      titleY: -8,
      titleBaseline: "bottom",
      tickCount: name === "loss" || name === "smooth" ? 5 : 3,
      format: "~g",
    },
  });
  const lossPart = {
    width,
    height: 180,
    data: {
      values: steps.map((at) => ({ step: firstStep + at, loss: losses[at], smooth: smooth[at] })),
    },
    encoding: { x },
    layer: [
      { mark: { type: "line", strokeWidth: 1, opacity: 0.65 }, encoding: { y: y("loss") } },
      {
        mark: { type: "line", strokeWidth: 2.2 },
        encoding: { y: { ...y("smooth"), title: "loss" } },
      },
    ],
  };
  const parts: unknown[] = [lossPart];
  if (validations.length > 0) {
    const kept = extremeSteps(validations.map(({ score }) => score), mostPoints);
    parts.push({
      width,
      height: 60,
      data: {
        values: kept.map((at) => validations[at]).map(({ step, score }) => ({ step, score })),
      },
      mark: {
        type: "line",
        ...kept.length > mostDots ? {} : { point: { color: palette[2], filled: true, size: 40 } },
        color: palette[2],
      },
      encoding: { x, y: { ...y("score"), title: scoreName } },
    });
  }
  if (learningRates && learningRates.length > 0) {
    parts.push({
      width,
      height: 60,
      data: {
        values: extremeSteps(learningRates, mostPoints)
          .map((at) => ({ step: firstStep + at, "learning rate": learningRates[at] })),
      },
      mark: { type: "line", color: palette[1] },
      encoding: { x, y: y("learning rate") },
    });
  }
  const bottom = parts[parts.length - 1] as typeof lossPart;
  parts[parts.length - 1] = {
    ...bottom,
    encoding: { ...bottom.encoding, x: { ...x, title: "step" } },
  };
  const words = losses.length === 0 ? "no steps yet" : [
    `loss over ${losses.length} steps, smoothed from ${short(smooth[0])} to ${
      short(smooth[smooth.length - 1])
    }`,
    ...validations.slice(-1).map(({ step, score }) =>
      `${scoreName} ${short(score)} after step ${step}`
    ),
  ].join("; ");
  return drawing(
    { vconcat: parts, spacing: 44, bounds: "flush", ...(title ? { title } : {}) } as never,
    words,
  );
}
