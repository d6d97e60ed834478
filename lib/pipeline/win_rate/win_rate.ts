/**
 * How often a judge prefers the answers of one model to those of another.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { messageOf } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import type { Progress } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { shownValue } from "../../core/shown_value.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";
import type { PairJudge, PairJudgement } from "../../nn/pair_judge.ts";

/** Who wrote the better answer; `tie` where neither is better. */
export type Winner = "trained" | "base" | "tie";

/** A prompt with both answers. */
export interface ComparedAnswers {
  /** What was asked, in words. */
  readonly prompt: string;
  /** What the trained model wrote. */
  readonly trained: string;
  /** What the model before the training wrote. */
  readonly base: string;
  readonly winner: Winner;
}

/** How often the trained model's answer was the better one. */
export interface WinRate {
  /** The share of prompts on which the trained model wins; a tie counts half. */
  readonly winRate: number;
  /** Its 95 % interval over other prompts (Wilson, 1927); ties make it wider than it needs to be. */
  readonly low: number;
  readonly high: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Every prompt with both answers, in order. */
  readonly compared: readonly ComparedAnswers[];
  toString(): string;
}

/** A prompt as it is judged. */
export interface PairToJudge {
  readonly value: unknown;
  readonly prompt: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly trained: string;
  readonly base: string;
}

/** How pairs are judged. */
export interface JudgePairs {
  readonly seed: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * Has a judge compare all pairs, each in an order that the seed draws. Answers that are equal are ties, and the
 * judge is not asked.
 *
 * Throws an error of kind "data" where the judge fails, and with all pairs of which it says neither 0, 1 nor
 * "tie"; and of kind "interrupted" when the signal aborts.
 */
export async function judgePairs(
  judge: PairJudge,
  pairs: readonly PairToJudge[],
  { seed, concurrency, signal, progress }: JudgePairs,
): Promise<Winner[]> {
  const winners = new Array<Winner>(pairs.length);
  const wrong: { readonly at: number; readonly told: string }[] = [];
  const stopped = () => interruption("stopped while answers were compared");
  let [next, done, hasFailed] = [0, 0, false];
  const worker = async () => {
    while (next < pairs.length && !hasFailed) {
      if (signal.aborted) throw stopped();
      const at = next++;
      const { value: prompt, row, trained, base } = pairs[at];
      // The draw belongs to the pair, however many are judged at a time.
      const isTrainedFirst = Random.fromSeed(seed, "win rate", at).integer(2) === 0;
      try {
        if (trained === base) winners[at] = "tie";
        else {
          const answers = isTrainedFirst ? [trained, base] as const : [base, trained] as const;
          const said: PairJudgement = await judge({ prompt, answers, row, signal });
          if (said === "tie") winners[at] = "tie";
          else if (said === 0 || said === 1) {
            winners[at] = (said === 0) === isTrainedFirst ? "trained" : "base";
          } else wrong.push({ at, told: `prompt ${at + 1}: ${shownValue(said)}` });
        }
      } catch (error) {
        hasFailed = true;
        if (signal.aborted) throw stopped();
        throw new TunebookError(
          "data",
          `the judge failed for prompt ${at + 1}: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
      }
      progress.update(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, pairs.length) }, worker));
  if (wrong.length > 0) {
    const inOrder = wrong.toSorted((a, b) => a.at - b.at).map(({ told }) => told);
    throw mistakes("data", 'the judge must say 0, 1 or "tie", but says:', inOrder);
  }
  return winners;
}

/** What judged pairs come to. */
export function countWins(
  winners: readonly Winner[],
): Pick<WinRate, "winRate" | "low" | "high" | "wins" | "ties" | "losses"> {
  const count = (winner: Winner) => winners.filter((each) => each === winner).length;
  const [wins, ties, losses] = [count("trained"), count("tie"), count("base")];
  const { mean, low, high } = wilsonInterval(wins + ties / 2, winners.length);
  return { winRate: mean, low, high, wins, ties, losses };
}
