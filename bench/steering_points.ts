/**
 * What the study of steering tries: DPO and KTO from judged answers, GRPO and PPO from sampled ones, each with several weights
 * of the divergence.
 *
 * @module
 */
import { join } from "node:path";
import {
  adapter,
  dpo,
  grpo,
  kto,
  lora,
  type Method,
  model,
  peft,
  ppo,
  type Table,
  tableFromColumns,
  type TrainOptions,
} from "tunebook";
import { comparedAnswers } from "./open_policy_of.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { cpuUsage } from "node:process";
import {
  pairsOf,
  rewardsOf,
  type SteeringSize,
  type SteeringStart,
  thumbsOf,
} from "./steering_start.ts";

/** The methods that are studied; `sft` is the model that all others start from. */
export const steeringMethods = ["sft", "dpo", "kto", "grpo", "ppo"] as const;

/** One of them. */
export type SteeringMethod = typeof steeringMethods[number];

/** A method with what differs. */
export interface SteeringPoint {
  readonly method: SteeringMethod;
  readonly beta: number;
  /** Passes over judged answers, or rollouts of `grpo` and `ppo`. */
  readonly length: number;
  readonly learningRate: number;
}

/** What came of a point, on held-out prompts. */
export interface SteeringOutcome {
  readonly point: SteeringPoint;
  readonly seed: number;
  /** The mean reward of each prompt's answers. */
  readonly rewards: readonly number[];
  /** The mean divergence of each prompt's answers from the model before the training, in nats. */
  readonly divergences: readonly number[];
  readonly tokens: number;
  readonly steps: number;
  /** Of the training, over all threads. */
  readonly processorSeconds: number;
  readonly examples: readonly string[];
}

const promptsOfStep = 8;
const groupSize = 8;
/** Steps of PPO that learn from the same answers. */
const ppoUpdates = 2;
const pairsOfStep = 16;
/** Pairs that the classifier hardly tells apart teach chance. */
const leastMargin = 0.1;
const shownExamples = 6;

/** The points in their order: one of each method before the next one of any. */
export function steeringPoints(): SteeringPoint[] {
  return [
    { method: "sft", beta: 0, length: 0, learningRate: 0 },
    { method: "dpo", beta: 0.1, length: 3, learningRate: 1e-3 },
    { method: "grpo", beta: 0, length: 40, learningRate: 4e-4 },
    { method: "kto", beta: 0.1, length: 3, learningRate: 1e-3 },
    { method: "grpo", beta: 0, length: 40, learningRate: 1e-3 },
    { method: "dpo", beta: 0.05, length: 3, learningRate: 2e-3 },
    { method: "grpo", beta: 0.05, length: 40, learningRate: 2e-3 },
    { method: "kto", beta: 0.05, length: 3, learningRate: 2e-3 },
    { method: "dpo", beta: 0.5, length: 3, learningRate: 1e-3 },
    { method: "grpo", beta: 0.2, length: 40, learningRate: 2e-3 },
    { method: "grpo", beta: 0.1, length: 40, learningRate: 2e-3 },
    { method: "grpo", beta: 0, length: 24, learningRate: 1e-3 },
    { method: "grpo", beta: 0, length: 32, learningRate: 1e-3 },
    { method: "ppo", beta: 0.05, length: 40, learningRate: 1e-3 },
    { method: "ppo", beta: 0.02, length: 40, learningRate: 1e-3 },
    { method: "ppo", beta: 0.1, length: 40, learningRate: 1e-3 },
  ];
}

/** A point in words. */
export function pointName({ method, beta, length, learningRate }: SteeringPoint): string {
  if (method === "sft") return method;
  const long = method === "grpo"
    ? `${length} steps`
    : method === "ppo"
    ? `${length} rollouts`
    : `${length} epochs`;
  return `${method} · β ${beta} · ${long} · rate ${learningRate}`;
}

/** Trains a point in a folder of its own, and asks it the held-out prompts. */
export async function runPoint(
  point: SteeringPoint,
  start: SteeringStart,
  size: SteeringSize,
): Promise<SteeringOutcome> {
  const folder = await Deno.makeTempDir();
  try {
    const trained = await train(point, start, size, folder);
    const method: Method = point.method === "sft" ? lora() : peft(join(folder, "adapter"));
    const { answers, maxNewTokens, seed } = size;
    // Other draws than those of the answers that pairs are made of.
    const sampling = { answers, maxNewTokens, seed: seed + 1 };
    const found = (await comparedAnswers(start.writer, method, start.heldOut, sampling))
      .map((each) => ({ ...each, at: each.prompt, prompt: start.heldOut[each.prompt] }));
    const rewards = await rewardsOf(found, start.positive);
    const byPrompt = (values: readonly number[]) =>
      start.heldOut.map((_, prompt) => meanOf(values.filter((_, at) => found[at].at === prompt)));
    return {
      point,
      seed,
      ...trained,
      rewards: byPrompt(rewards),
      divergences: byPrompt(found.map(({ divergence }) => divergence)),
      tokens: meanOf(found.map(({ tokens }) => tokens)),
      examples: found.filter((_, at) => at % answers === 0).slice(0, shownExamples)
        .map(({ prompt, text }) => `${prompt} |${text}`),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function train(
  point: SteeringPoint,
  start: SteeringStart,
  size: SteeringSize,
  folder: string,
): Promise<Pick<SteeringOutcome, "steps" | "processorSeconds">> {
  if (point.method === "sft") return { steps: 0, processorSeconds: 0 };
  const before = cpuUsage();
  const { table, task, settings } = partsOf(point, start, size);
  const result = await model(start.writer).data(table, task as never, { test: 0.05 })
    .adapt(lora({ rank: 16, targets: "all-linear" }))
    .train({ ...settings, learningRate: point.learningRate, seed: size.seed, samples: 0 })
    .deploy(adapter(join(folder, "adapter")))
    .run();
  const processorSeconds = processorMilliseconds(before) / 1000;
  await result.dispose();
  return { steps: result.steps, processorSeconds };
}

function partsOf(
  { method, beta, length }: SteeringPoint,
  { prompts, positive, judged }: SteeringStart,
  { maxNewTokens }: SteeringSize,
): { table: Table; task: unknown; settings: TrainOptions } {
  const template = "plain";
  if (method === "grpo" || method === "ppo") {
    // Each prompt once: as many prompts as the steps take, those that a run holds out beside them.
    const count = Math.ceil(length * promptsOfStep / 0.95) + 1;
    const asked = Array.from({ length: count }, (_, at) => prompts[at % prompts.length]);
    const sampling = { prompt: "prompt", rewards: { positive }, groupSize, maxNewTokens };
    return {
      table: tableFromColumns({ prompt: asked }),
      task: method === "ppo"
        ? ppo({ ...sampling, updates: ppoUpdates, kl: { weight: beta } })
        : grpo({ ...sampling, ...(beta > 0 ? { beta } : {}) }),
      settings: { epochs: 1, batchSize: promptsOfStep, order: "shuffled", schedule: "constant" },
    };
  }
  const settings = { epochs: length, batchSize: pairsOfStep };
  if (method === "dpo") {
    const task = dpo({ prompt: "prompt", chosen: "chosen", rejected: "rejected", beta, template });
    return { table: pairsOf(judged, leastMargin), task, settings };
  }
  const task = kto({ prompt: "prompt", completion: "answer", label: "good", beta, template });
  return { table: thumbsOf(judged), task, settings: { ...settings, batchSize: 2 * pairsOfStep } };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
