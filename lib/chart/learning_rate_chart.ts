/**
 * The losses of a sweep over learning rates, and the learning rates that it points to.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import { extremeSteps } from "./curve.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** What a sweep recorded; the result of `findLearningRate` has these fields. */
export interface SweepCurves {
  /** Of each step, rising. */
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
  /** The losses, smoothed. */
  readonly smoothed: readonly number[];
  readonly steepest?: number;
  readonly minimumTenth?: number;
  readonly suggestion?: number;
}

/** More points than pixels cannot be seen. */
const mostPoints = 400;
/** Room above the first smoothed loss, as a share of the range: an explosion would flatten the rest. */
const headroom = 0.35;

/**
 * Draws the loss, raw and smoothed, over the logarithm of the learning rate, with lines at the steepest
 * fall and at a tenth of the minimum's learning rate.
 *
 * @example
 * ```ts
 * import { learningRateChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = learningRateChart({
 *   learningRates: [1e-4, 1e-3, 1e-2],
 *   losses: [3, 2, 4],
 *   smoothed: [3, 2.2, 3.5],
 *   steepest: 1e-4,
 *   minimumTenth: 1e-4,
 *   suggestion: 1e-4,
 * });
 * assert.match(String(drawn), /learning rates from 0.0001 to 0.01.*suggests 0.0001/);
 * ```
 */
export function learningRateChart(
  { learningRates, losses, smoothed, steepest, minimumTenth, suggestion }: SweepCurves,
): Drawing {
  const kept = extremeSteps(smoothed, mostPoints);
  const first = smoothed.find(Number.isFinite) ?? 1;
  const low = smoothed.reduce((least, each) => each < least ? each : least, first);
  const room = headroom * Math.max(first - low, Math.abs(first) / 10);
  const x = {
    field: "learningRate",
    type: "quantitative",
    title: "learning rate",
    scale: { type: "log", nice: false },
    axis: { format: ".0e", values: decades(learningRates) },
  };
  const y = {
    type: "quantitative",
    title: "loss",
    scale: { zero: false, nice: false, domain: [low - room / 3, first + room] },
    axis: { format: "~g" },
  };
  const pointers = [
    { name: "steepest fall", learningRate: steepest },
    { name: "a tenth of the minimum's", learningRate: minimumTenth },
  ].filter(({ learningRate }) => learningRate !== undefined);
  const named = pointers.map(({ name, learningRate }) => ({
    name: `${name}: ${learningRate!.toExponential(1)}`,
    learningRate,
  }));
  return drawing(
    {
      width: 460,
      height: 220,
      layer: [
        {
          data: {
            values: kept.map((at) => ({
              learningRate: learningRates[at],
              loss: drawable(losses[at]),
              smooth: drawable(smoothed[at]),
            })),
          },
          encoding: { x },
          layer: [
            {
              mark: { type: "line", strokeWidth: 1, opacity: 0.45, clip: true, color: palette[0] },
              encoding: { y: { ...y, field: "loss" } },
            },
            {
              mark: { type: "line", strokeWidth: 2.2, clip: true, color: palette[0] },
              encoding: { y: { ...y, field: "smooth" } },
            },
          ],
        },
        ...named.length === 0 ? [] : [{
          data: { values: named },
          mark: { type: "rule", strokeWidth: 1.6, strokeDash: [5, 3] },
          encoding: {
            x,
            color: {
              field: "name",
              type: "nominal",
              title: null,
              scale: { domain: named.map(({ name }) => name), range: [palette[1], palette[2]] },
              legend: { orient: "top", labelLimit: 260, symbolType: "stroke", labelColor: ink },
            },
          },
        }],
      ],
    } as never,
    [
      learningRates.length === 0
        ? "no steps yet"
        : `loss over ${learningRates.length} learning rates from ${short(learningRates[0])} to ${
          short(learningRates.at(-1)!)
        }, lowest ${short(low)} smoothed`,
      suggestion === undefined
        ? "the loss never fell, which suggests no learning rate"
        : `suggests ${short(suggestion)}`,
    ].join("; "),
  );
}

/** A line leaves out what is no number. */
const drawable = (loss: number) => Number.isFinite(loss) ? loss : null;

/** The powers of ten in a range. */
function decades(learningRates: readonly number[]): number[] {
  if (learningRates.length === 0) return [];
  const from = Math.ceil(Math.log10(learningRates[0]) - 1e-9);
  const to = Math.floor(Math.log10(learningRates.at(-1)!) + 1e-9);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => 10 ** (from + at));
}
