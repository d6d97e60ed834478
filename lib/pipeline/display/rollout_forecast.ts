/**
 * How long a training by rewards samples, from a rule, before it runs.
 *
 * @module
 */
import { sizeOf } from "../../engine/mod.ts";
import type { Weight } from "../../nn/layer.ts";
import type { RolloutRows } from "../../nn/rollout.ts";

/** What the time of sampling follows from. */
export interface RolloutForecastInput {
  /** All weights of the model. */
  readonly weights: readonly Weight[];
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** Rollouts of the whole run. */
  readonly rollouts: number;
  /** Prompts of a rollout. */
  readonly prompts: number;
  /** Answers to each. */
  readonly groupSize: number;
  /** Tokens of a prompt, on average. */
  readonly promptTokens: number;
  /** The most tokens of an answer. */
  readonly maxNewTokens: number;
  /** Floating point operations a second of products with few rows, as a token of each answer makes them. */
  readonly decodeRate: number;
  /** The same of products with many rows, as prompts make them. */
  readonly productRate: number;
}

/** Answers that are written at once at most, those of whole prompts. */
export const decodedRows = 64;

/** The part of the rate of products that reading and writing reach, which also look back and choose tokens. */
const sampledShare = 0.5;

/**
 * Seconds of sampling in the whole run if every answer has all of its tokens: twice the weights of layers and
 * vocabulary for each token, prompts once for their group. Left out: rewards, and the log probabilities of the
 * reference.
 */
export function rolloutForecast(input: RolloutForecastInput): number {
  const { weights, vocabSize, hiddenSize, rollouts, prompts, groupSize } = input;
  const { promptTokens, maxNewTokens, decodeRate, productRate } = input;
  const inLayers = weights
    .filter(({ layer, path, shape }) =>
      layer.kind === "linear" && path.endsWith(".weight") && shape[0] !== vocabSize
    )
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const reading = promptTokens * 2 * inLayers / productRate;
  const writing = groupSize * maxNewTokens * 2 * (inLayers + vocabSize * hiddenSize) / decodeRate;
  return rollouts * prompts * (reading + writing) / sampledShare;
}

/** What sampled rows say of a rollout, by a sample of the prompts. */
export function rolloutSizes(
  { lengths, groups, rollout: { updates } }: RolloutRows,
  promptLengths: ArrayLike<number>,
): Pick<RolloutForecastInput, "groupSize" | "promptTokens" | "maxNewTokens"> & {
  readonly updates: number;
} {
  const groupSize = groups[0].length;
  const promptTokens = Array.from(promptLengths).reduce((sum, each) => sum + each, 0) /
    promptLengths.length;
  return {
    ...{ groupSize, promptTokens, updates },
    maxNewTokens: Math.max(...groups.map(([first], at) => lengths[first] - promptLengths[at])),
  };
}
