/**
 * What rewards cost in divergence from the model before the training.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import { extremeSteps, smoothed } from "./curve.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** A step of a training by rewards. */
export interface DivergencePoint {
  readonly step: number;
  /** The mean reward of its answers. */
  readonly reward: number;
  /** How far the model is from what it was before, in nats by answer. */
  readonly divergence: number;
}

/** More points than pixels cannot be seen. */
const mostPoints = 400;
/** How much of the past stays in the line. */
const smoothing = 0.8;
/** Opacity of the first and of the last step. */
const opacities = [0.35, 0.9];

/**
 * Draws the mean reward of each step over the divergence from the model before the training, later steps
 * darker, with a smoothed line from the first step to the last: of two runs with the same reward the one with
 * the smaller divergence has changed the model less (Gao, Schulman and Hilton, 2022, arXiv 2210.10760).
 *
 * @param points the steps in their order; at least one
 *
 * @example
 * ```ts
 * import { divergenceChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = divergenceChart([
 *   { step: 1, reward: 0.2, divergence: 0 },
 *   { step: 2, reward: 0.5, divergence: 1.5 },
 * ]);
 * assert.match(String(drawn), /reward 0.2 at 0 nats in step 1, 0.5 at 1.5 nats in step 2/);
 * ```
 */
export function divergenceChart(points: readonly DivergencePoint[]): Drawing {
  const rewards = smoothed(points.map(({ reward }) => reward), smoothing);
  const divergences = smoothed(points.map(({ divergence }) => divergence), smoothing);
  const kept = extremeSteps(points.map(({ reward }) => reward), mostPoints);
  const x = {
    field: "divergence",
    type: "quantitative",
    title: "divergence from the reference (nats by answer)",
  };
  const y = {
    field: "reward",
    type: "quantitative",
    title: "mean reward",
    scale: { zero: false },
  };
  const line = points.map(({ step }, at) => ({
    step,
    reward: rewards[at],
    divergence: divergences[at],
  }));
  const ends = points.length > 1 ? [line[0], line[line.length - 1]] : line;
  return drawing(
    {
      width: 460,
      height: 180,
      layer: [
        {
          data: { values: kept.map((at) => points[at]) },
          mark: { type: "point", filled: true, size: 36, color: palette[0], aria: false },
          encoding: {
            x,
            y,
            opacity: {
              field: "step",
              type: "quantitative",
              scale: { range: opacities },
              legend: null,
            },
          },
        },
        {
          data: { values: kept.map((at) => line[at]) },
          mark: { type: "line", strokeWidth: 2, color: palette[1], aria: false },
          encoding: { x, y, order: { field: "step", type: "quantitative" } },
        },
        {
          data: { values: ends.map(({ step, ...each }) => ({ ...each, text: `step ${step}` })) },
          mark: { type: "text", align: "left", dx: 6, dy: -8, color: ink, aria: false },
          encoding: { x, y, text: { field: "text" } },
        },
      ],
    } as never,
    describe(points),
  );
}

function describe(points: readonly DivergencePoint[]): string {
  const told = ({ step, reward, divergence }: DivergencePoint) =>
    `${short(reward)} at ${short(divergence)} nats in step ${step}`;
  const ends = points.length > 1 ? [points[0], points[points.length - 1]] : points;
  return `reward ${ends.map(told).join(", ")}`;
}
