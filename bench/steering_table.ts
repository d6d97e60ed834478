/**
 * The study of steering as a table and as a chart of reward against divergence.
 *
 * @module
 */
import { type Chart, chart } from "tunebook";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import type { StudyResult } from "./study.ts";
import { pointName, type SteeringOutcome } from "./steering_points.ts";

/** A point's outcome in the file. */
export type SteeringResult = StudyResult & SteeringOutcome;

/** 97.5 % of a normal distribution are below so many standard deviations. */
const normalQuantile = 1.96;

/** The mean with its 95 % interval, by the spread of the prompts' means. */
export function meanInterval(
  values: readonly number[],
): { mean: number; low: number; high: number } {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const half = normalQuantile * Math.sqrt(squares / (values.length - 1) / values.length);
  return { mean: middle, low: middle - half, high: middle + half };
}

/** One line a point; `above sft` is the mean of the prompts' differences, since all points answer the same prompts. */
export function steeringTable(results: readonly SteeringResult[]): string {
  const startOf = (seed: number) =>
    results.find((each) => each.point.method === "sft" && each.seed === seed);
  const inWords = (values: readonly number[], digits: number) => {
    const { mean, low, high } = meanInterval(values);
    const [shown, from, to] = [mean, low, high].map((each) => withoutSign(each.toFixed(digits)));
    return `${shown} (${from} to ${to})`;
  };
  return markdownTable(results.map((each) => {
    const { point, seed, rewards, divergences, tokens, steps, processorSeconds } = each;
    const start = startOf(seed);
    const isStart = point.method === "sft";
    const above = start && rewards.map((reward, prompt) => reward - start.rewards[prompt]);
    return [`${pointName(point)}${seed === 1 ? "" : ` · seed ${seed}`}`, {
      "KL, nats": inWords(divergences, 1),
      reward: inWords(rewards, 3),
      "above sft": isStart || !above ? "" : inWords(above, 3),
      tokens: tokens.toFixed(1),
      steps: String(steps),
      "processor s": isStart ? "" : processorSeconds.toFixed(0),
    }];
  })) + "\n";
}

/** Zero has no sign. */
function withoutSign(text: string): string {
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** The reward against the divergence, with their intervals. */
export function steeringChart(results: readonly SteeringResult[]): Chart {
  const rows = results.map(({ point, rewards, divergences }) => {
    const [reward, divergence] = [meanInterval(rewards), meanInterval(divergences)];
    return {
      method: point.method.toUpperCase(),
      reward: reward.mean,
      low: reward.low,
      high: reward.high,
      divergence: divergence.mean,
      left: divergence.low,
      right: divergence.high,
    };
  });
  const x = {
    title: "KL divergence from SFT, nats an answer",
    scale: { domainMin: 0, clamp: true },
  };
  const y = { title: "probability of positive", scale: { zero: false } };
  const color = { field: "method", title: null, sort: null };
  return chart(rows).point({ filled: true, size: 70 })
    .x({ field: "divergence", ...x }).y({ field: "reward", ...y }).color(color)
    .over(
      chart(rows).mark("rule").x({ field: "divergence", ...x }).y({ field: "low", ...y })
        .encode("y2", { field: "high", title: null }).color(color),
      chart(rows).mark("rule").x({ field: "left", ...x }).encode("x2", {
        field: "right",
        title: null,
      })
        .y({ field: "reward", ...y }).color(color),
    )
    .size(480, 300);
}
