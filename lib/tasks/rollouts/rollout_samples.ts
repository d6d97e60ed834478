/**
 * Prompts with sampled answers, as rewards judge them and as people see them.
 *
 * @module
 */
import type { JudgedSamples, RewardSample } from "../../nn/reward.ts";
import type { PolicyAnswer, RolloutSample } from "../../nn/rollout.ts";

/** A prompt of the data. */
export interface RolloutPrompt extends Pick<RewardSample, "prompt" | "row"> {
  /** Token ids, [tokens]. */
  readonly tokens: Int32Array;
  /** The prompt in words. */
  readonly words: string;
}

/** What rewards see of an answer; `step` steps are done. */
export function judgedSample(
  { prompt, row }: RolloutPrompt,
  { text, tokens, finished }: PolicyAnswer,
  step: number,
): Omit<RewardSample, "signal"> {
  return {
    ...{ prompt, row, step, finished },
    completion: text,
    completionTokens: tokens.length,
  };
}

/** What people see of answers. */
export function rolloutSamples(
  answers: readonly PolicyAnswer[],
  { promptOf, judged: { totals, values }, advantages, step }: {
    promptOf(answer: number): RolloutPrompt;
    readonly judged: JudgedSamples;
    readonly advantages: readonly number[];
    /** Steps that are done. */
    readonly step: number;
  },
): RolloutSample[] {
  return answers.map(({ text, tokens, finished }, at) => ({
    step: step + 1,
    prompt: promptOf(at).words,
    completion: text,
    tokens: tokens.length,
    finished,
    reward: totals[at],
    rewards: Object.fromEntries(
      Object.entries(values).map(([name, own]) => [name, own[at]]),
    ),
    advantage: advantages[at],
  }));
}
