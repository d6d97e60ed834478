/**
 * Which trials are good ones, and how much each of them counts.
 *
 * @module
 */
import {
  type CompleteTrial,
  firstLoss,
  lossesOf,
  lossOf,
  type SearchHistory,
  type Trial,
} from "../../history.ts";
import { crowdingDistances, nonDominatedFronts } from "../nsga2/non_dominated_fronts.ts";

/** The share of trials that are good, and the most of them (Watanabe 2023). */
const goodShare = 0.15;
const mostGood = 25;
/** What a good trial that is no better than the others counts, beside the best. */
const leastWeight = 1e-12;

/** Trials in two groups. */
export interface SplitTrials {
  readonly good: readonly Trial[];
  /**
   * What each good one counts: how much better it is than the best of the others; of several aims all count
   * the same.
   */
  readonly weights: readonly number[];
  /** The others, with those that are pending: until it ends a trial counts as a bad one. */
  readonly bad: readonly Trial[];
}

/** Splits the trials that came to an end or were pruned; those that failed are in neither group. */
export function splitTrials(history: SearchHistory, trials: readonly Trial[]): SplitTrials {
  const complete = trials.filter((each): each is CompleteTrial => each.state === "complete");
  const isOneAim = history.better.length === 1;
  const lossByTrial = new Map<Trial, number>(
    isOneAim ? complete.map((trial) => [trial, firstLoss(trial, history)]) : [],
  );
  const pruned = trials.filter(({ state }) => state === "pruned");
  const ranked = [
    ...isOneAim
      ? complete.toSorted((a, b) => lossByTrial.get(a)! - lossByTrial.get(b)!)
      : byFronts(complete, history),
    ...pruned.toSorted(laterAndBetter(history)),
  ];
  const count = Math.min(mostGood, Math.ceil(goodShare * ranked.length));
  const [good, others] = [ranked.slice(0, count), ranked.slice(count)];
  const threshold = lossByTrial.get(others[0]);
  return {
    good,
    weights: threshold === undefined
      ? good.map(() => 1)
      : improvements(good.map((trial) => threshold - (lossByTrial.get(trial) ?? threshold))),
    bad: [...others, ...trials.filter(({ state }) => state === "pending")],
  };
}

/**
 * Trials front by front, as a multiobjective TPE splits them (Ozaki et al. 2022); within a front those first
 * that are farthest from their neighbours (Deb et al. 2002), which is cheaper than the hypervolume and for any
 * number of aims.
 */
function byFronts(trials: readonly CompleteTrial[], history: SearchHistory): CompleteTrial[] {
  const losses = trials.map((trial) => lossesOf(trial, history));
  return nonDominatedFronts(losses).flatMap((front) => {
    const distances = crowdingDistances(front.map((at) => losses[at]));
    const places = front.map((_, place) => place);
    const farthest = places.sort((a, b) =>
      distances[a] === distances[b] ? a - b : distances[b] - distances[a]
    );
    return farthest.map((place) => trials[front[place]]);
  });
}

/** As shares of the largest, so that no unit of the aim makes the least weight large. */
function improvements(differences: readonly number[]): number[] {
  const most = Math.max(...differences);
  if (!(most > 0)) return differences.map(() => 1);
  return differences.map((difference) => Math.max(leastWeight, difference / most));
}

/** Pruned trials: those that came further first, then those with the better last value. */
function laterAndBetter({ better }: SearchHistory): (a: Trial, b: Trial) => number {
  const last = ({ reports }: Trial) => reports.at(-1) ?? [-Infinity, 0];
  return (a, b) => {
    const [[stepA, valueA], [stepB, valueB]] = [last(a), last(b)];
    if (stepA !== stepB) return stepA > stepB ? -1 : 1;
    return lossOf(valueA, better[0]) - lossOf(valueB, better[0]);
  };
}
