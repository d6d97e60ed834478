/**
 * Answers of the model in training, with all that is asked about them before a step learns from them.
 *
 * @module
 */
import type { JudgedSamples } from "../../nn/reward.ts";
import type { PolicyAnswer, RolloutMoment, RolloutTools, ScoredText } from "../../nn/rollout.ts";
import { meanOfKnown } from "./advantages.ts";
import type { LearnedAnswer } from "./learned_answer.ts";
import type { RolloutMethod } from "./rollout_method.ts";
import { judgedSample, type RolloutPrompt } from "./rollout_samples.ts";
import { tokenEstimates } from "./token_estimates.ts";

/** Answers to some prompts; lists have one for each answer, group after group. */
export interface AskedAnswers {
  readonly answers: readonly PolicyAnswer[];
  /** Prompts with their answers. */
  readonly texts: readonly ScoredText[];
  readonly judged: JudgedSamples;
  /** False for an answer that the loss leaves out, whatever its advantage. */
  readonly counts: readonly boolean[];
  /** Log probabilities by the reference, where it was asked. */
  readonly references: readonly Float32Array[] | undefined;
  /** log π − log π_ref of each token, where the reference was asked. */
  readonly apart: readonly (readonly number[])[] | undefined;
  /** What was expected before each token, where there is a value function. */
  readonly values: readonly Float32Array[] | undefined;
}

/** Samples answers, has them judged, and asks the reference and the value function. */
export async function askedAnswers(
  prompts: readonly RolloutPrompt[],
  rows: readonly number[],
  method: RolloutMethod,
  { moment: { step, seed, signal }, tools: { policy, judge } }: {
    readonly moment: RolloutMoment;
    readonly tools: RolloutTools;
  },
): Promise<AskedAnswers> {
  const { groupSize, asksReference, maskTruncated, learning, loss: { temperature } } = method;
  const asked = rows.map((row) => ({ tokens: prompts[row].tokens, row }));
  const groups = await policy.sample(asked, {
    ...method,
    temperature: method.temperature ?? temperature,
    notedTemperature: temperature,
    ...{ seed, step, signal },
  });
  const answers = groups.flat();
  const promptOf = (at: number) => prompts[rows[Math.floor(at / groupSize)]];
  const judged = await judge.judge(
    answers.map((answer, at) => judgedSample(promptOf(at), answer, step)),
    { signal },
  );
  const texts = answers.map(({ tokens }, at) => ({
    tokens: Int32Array.of(...promptOf(at).tokens, ...tokens),
    answer: tokens.length,
  }));
  const references = asksReference
    ? await policy.logProbs(texts, { of: "reference", temperature, signal })
    : undefined;
  const isByToken = learning.by === "token";
  return {
    ...{ answers, texts, judged, references },
    apart: references && answers.map(({ logProbs }, at) => differences(logProbs, references[at])),
    values: isByToken ? await policy.values(texts, { signal }) : undefined,
    counts: answers.map(({ finished }, at) =>
      (finished || !maskTruncated) && !(isByToken && Number.isNaN(judged.totals[at]))
    ),
  };
}

/** Σ log π − log π_ref over the tokens of each answer; 0 for one that the loss leaves out. */
export function answerDivergences({ apart, counts }: AskedAnswers): number[] | undefined {
  return apart?.map((each, at) => counts[at] ? each.reduce((sum, value) => sum + value, 0) : 0);
}

/** What a step learns from: each answer with its advantages. */
export function learnedAnswers(
  asked: AskedAnswers,
  { learning, mostLearned }: RolloutMethod,
  klWeight: number,
): LearnedAnswer[] {
  const { answers, texts, judged: { totals }, counts, references, values } = asked;
  const estimates = learning.by === "token"
    ? tokenEstimates(
      answers.map(({ logProbs }, at) => ({
        ...{ logProbs, score: totals[at], values: values![at], counts: counts[at] },
        // Without a reference nothing is paid.
        referenceLogProbs: references?.[at] ?? logProbs,
      })),
      { ...learning, klWeight },
    )
    : undefined;
  const advantages = learning.by === "token"
    ? estimates!.map(({ advantages }) => meanOfKnown([...advantages]))
    : learning.advantages(totals, answerDivergences(asked), answers);
  return answers.map(({ logProbs }, at) => ({
    ids: texts[at].tokens,
    length: texts[at].answer,
    oldLogProbs: logProbs,
    ...(references ? { referenceLogProbs: references[at] } : {}),
    advantage: Math.fround(advantages[at]),
    ...(estimates ? { estimates: estimates[at] } : {}),
    counts: counts[at] && (mostLearned === undefined || advantages[at] !== 0),
  }));
}

function differences(a: Float32Array, b: Float32Array): number[] {
  return Array.from(a, (each, at) => each - b[at]);
}
