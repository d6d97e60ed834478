/**
 * Answers to held-out prompts, sampled as the training samples, with what rewards say of them.
 *
 * @module
 */
import type { JudgedSamples } from "../../nn/reward.ts";
import type { PolicyAnswer } from "../../nn/rollout.ts";
import {
  type HeldOutRollout,
  type RewardFailures,
  type RolloutAnswer,
  rolloutPredictions,
} from "../../nn/rollout_predictions.ts";
import { schulman } from "./divergence.ts";
import type { RolloutMethod } from "./rollout_method.ts";
import { judgedSample, type RolloutPrompt } from "./rollout_samples.ts";

/** Answers that are asked for at once, between two signs of progress. */
const answersAtOnce = 64;
/** The step whose draws all scores have, so that they differ by the model alone. */
const drawnStep = 0;

/** How the first of these prompts are answered. */
export function heldOutRollout(
  prompts: readonly RolloutPrompt[],
  method:
    & Pick<
      RolloutMethod,
      | "scoredPrompts"
      | "scoredAnswers"
      | "maxNewTokens"
      | "temperature"
      | "topK"
      | "topP"
      | "minP"
      | "stop"
    >
    & { readonly loss: Pick<RolloutMethod["loss"], "temperature"> },
): HeldOutRollout {
  const { scoredPrompts = Infinity, scoredAnswers: groupSize = 1 } = method;
  const { loss: { temperature: notedTemperature }, maxNewTokens, topK, topP, minP, stop } = method;
  const { temperature = notedTemperature } = method;
  const chosen = prompts.slice(0, scoredPrompts);
  const sampling = { maxNewTokens, temperature, topK, topP, minP, stop };
  return {
    prompts: chosen.length,
    sampling,
    async answer({ step, seed, signal, progress }, { policy, judge }) {
      const answers: PolicyAnswer[] = [];
      const divergences: number[] = [];
      const atOnce = Math.max(1, Math.floor(answersAtOnce / groupSize));
      for (let start = 0; start < chosen.length; start += atOnce) {
        const some = chosen.slice(start, start + atOnce);
        const asked = some.map(({ tokens }, at) => ({ tokens, row: start + at }));
        const groups = await policy.sample(asked, {
          ...{ ...sampling, notedTemperature, groupSize, seed, signal },
          step: drawnStep,
        });
        const texts = groups.flatMap((group, at) =>
          group.map(({ tokens }) => ({
            tokens: Int32Array.of(...some[at].tokens, ...tokens),
            answer: tokens.length,
          }))
        );
        const before = await policy.logProbs(texts, {
          of: "reference",
          temperature: notedTemperature,
          signal,
        });
        const found = groups.flat();
        answers.push(...found);
        divergences.push(...found.map(({ logProbs }, at) => divergenceOf(logProbs, before[at])));
        progress?.update(start + some.length);
      }
      const promptOf = (at: number) => chosen[Math.floor(at / groupSize)];
      const judged = await judge.judge(
        answers.map((answer, at) => judgedSample(promptOf(at), answer, step)),
        { signal, countFailures: true },
      );
      const all = answers.map((answer, at) => judgedAnswer(answer, judged, at, divergences[at]));
      return rolloutPredictions({
        inputs: chosen.map(({ words }) => words),
        answers: chosen.map((_, at) => all.slice(at * groupSize, (at + 1) * groupSize)),
        failures: failuresOf(judged),
      });
    },
  };
}

/** Σ over the tokens of an answer. */
function divergenceOf(now: Float32Array, before: Float32Array): number {
  return now.reduce((sum, each, at) => sum + schulman(each - before[at]), 0);
}

function judgedAnswer(
  { text, tokens, finished }: PolicyAnswer,
  { totals, values }: JudgedSamples,
  at: number,
  divergence: number,
): RolloutAnswer {
  return {
    completion: text,
    tokens: tokens.length,
    finished,
    reward: totals[at],
    rewards: Object.fromEntries(Object.entries(values).map(([name, own]) => [name, own[at]])),
    divergence,
  };
}

function failuresOf({ statistics }: JudgedSamples): Record<string, RewardFailures> {
  return Object.fromEntries(
    Object.entries(statistics)
      .filter(([, { failures = 0, timeouts }]) => failures + timeouts > 0)
      .map(([name, { failures = 0, timeouts, firstFailure }]) => [
        name,
        { failures, timeouts, ...(firstFailure === undefined ? {} : { first: firstFailure }) },
      ]),
  );
}
