/**
 * A judge of pairs as a reward: the share of the other answers to its prompt that an answer is better than.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { importModule } from "../../core/import_module.ts";
import { Random } from "../../core/random.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { PairJudge, PairJudgement } from "../../nn/pair_judge.ts";
import type { BatchReward, RewardSample } from "../../nn/reward.ts";

/** A judge of two answers to a prompt of a training. */
export type AnswersJudge = PairJudge<RewardSample["prompt"]>;

/** Pairs that are judged at the same time; as many as a reward of single answers is asked about. */
const concurrency = 8;

/** What the first answer of a pair has won; the second one has the rest. */
const won: Readonly<Record<PairJudgement, number>> = { 0: 1, 1: 0, tie: 0.5 };

/**
 * Compares all answers to a prompt with each other; equal texts are ties without being asked about. The same step
 * shows each pair in the same order, so that a run that was stopped goes on alike.
 *
 * Its `prepare` throws an error of kind "input" where the judge is the path of a module whose default export is no
 * function.
 *
 * @param judge a function, or the path of a module, seen from the working directory
 * @param groupSize answers to each prompt, which come one after the other
 */
export function pairReward(judge: AnswersJudge | string, groupSize: number): BatchReward {
  let opened = typeof judge === "string" ? undefined : judge;
  const open = async () => opened ??= await judgeOfModule(String(judge));
  return {
    ...(typeof judge === "function" && judge.columns ? { columns: judge.columns } : {}),
    settings: { judge, groupSize },
    prepare: async () => void await open(),
    async rewardBatch(samples, { signal }) {
      const ask = await open();
      const pairs = pairsOf(samples.length, groupSize);
      const wins = Array<number>(samples.length).fill(0);
      let next = 0;
      let hasFailed = false;
      const worker = async () => {
        while (next < pairs.length && !hasFailed && !signal.aborted) {
          const number = next++;
          const [a, b] = pairs[number];
          const share = await shareWon(ask, samples[a], samples[b], number).catch((error) => {
            hasFailed = true;
            throw error;
          });
          wins[a] += share;
          wins[b] += 1 - share;
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, pairs.length) }, worker));
      return wins.map((each) => each / (groupSize - 1));
    },
  };
}

/** All pairs of answers to the same prompt. */
function pairsOf(answers: number, groupSize: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let start = 0; start < answers; start += groupSize) {
    for (let a = start; a < start + groupSize; a++) {
      for (let b = a + 1; b < start + groupSize; b++) found.push([a, b]);
    }
  }
  return found;
}

/** What the answer `a` has won against `b`. */
async function shareWon(
  judge: AnswersJudge,
  a: RewardSample,
  b: RewardSample,
  number: number,
): Promise<number> {
  if (a.completion === b.completion) return won.tie;
  const { prompt, row, step, signal } = a;
  const [first, second] = [a.completion, b.completion];
  // Who favours what comes first favours neither.
  const isTurned = Random.fromSeed(step, "pair", number).uniform() < 0.5;
  const answers = isTurned ? [second, first] as const : [first, second] as const;
  const judgement = await judge({ prompt, answers, row, signal });
  if (![0, 1, "tie"].includes(judgement)) {
    throw new TunebookError(
      "data",
      `it gives ${shownValue(judgement)}, but must give 0 or 1, the better answer, or "tie"`,
    );
  }
  return isTurned ? 1 - won[judgement] : won[judgement];
}

async function judgeOfModule(path: string): Promise<AnswersJudge> {
  const { default: judge } = await importModule(path, "the module");
  if (typeof judge === "function") return judge as AnswersJudge;
  throw new TunebookError("input", `the module ${path} has no function as its default export`);
}
