/**
 * What the record of a training by rewards says of rewards against their price in KL divergence.
 *
 * @module
 */
import { divergenceChart } from "../../chart/divergence_chart.ts";
import type { Drawing } from "../../chart/drawing.ts";
import type { MethodRecord } from "../../nn/method.ts";

/** The series that it reads, as rollouts record them. */
const series = {
  reward: ["reward", "mean"],
  tokens: ["tokens of an answer", "mean"],
  divergence: ["divergence from the reference", "nats"],
} as const;

/** The chart of reward against divergence, where both were recorded. */
export function rewardDivergenceOf(record: MethodRecord): Drawing[] {
  const [rewards, tokens, divergences] = Object.values(series).map(([name, value]) =>
    record[name]?.map(({ step, values }) => ({ step, number: values[value] }))
  );
  if (!rewards || !tokens || !divergences) return [];
  // Nats by token times tokens by answer: nats of an answer.
  const points = rewards.map(({ step, number: reward }, at) => ({
    step,
    reward,
    divergence: divergences[at].number * tokens[at].number,
  })).filter(({ reward, divergence }) => Number.isFinite(reward) && Number.isFinite(divergence));
  return points.length === 0 ? [] : [divergenceChart(points)];
}
