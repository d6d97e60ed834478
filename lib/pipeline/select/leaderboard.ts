/**
 * Candidates by their score and what they cost.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { CandidateFigures } from "./candidate_figures.ts";
import type { CandidateMetric } from "./candidates.ts";
import { type CandidateTest, candidateTests } from "./candidate_tests.ts";
import { foldInterval, standardErrorOf } from "./fold_interval.ts";
import type { FoldResult, FoldScore } from "./fold_runs.ts";
import { paretoFront } from "./pareto_front.ts";
import type { CandidateFolds } from "./run_folds.ts";
import { plainScores } from "./scored_folds.ts";
import type { CandidateCost } from "./select_options.ts";

/** A candidate with its figures. What was not measured is absent. */
export interface RankedCandidate<Name extends string = string> extends Partial<CandidateFigures> {
  readonly name: Name;
  readonly model: string;
  readonly method: string;
  /** Absent where a fold failed. */
  readonly score?: ScoreInterval;
  readonly standardError?: number;
  readonly folds: readonly FoldScore[];
  /** Tests against the candidate with the best mean; absent for that one. */
  readonly againstBest?: CandidateTest;
  /** The largest resident memory of an epoch of training, in a process of its own. */
  readonly peakBytes?: number;
  /** Mean seconds of a fold's training. */
  readonly seconds?: number;
  /** True where no other candidate is at least as good in score and all costs, and better in one. */
  readonly isOnFront: boolean;
  /** Why a fold failed. */
  readonly failure?: string;
}

/** What memory was measured, by the names of candidates. */
export type PeakBytes = ReadonlyMap<string, number>;

/** The costs that make the front; trained parameters cost nobody anything after the training. */
const frontCosts = ["bytes", "milliseconds", "peakBytes"] as const;

/** The candidates, best mean first, those without a score last. */
export function leaderboard(
  found: readonly CandidateFolds[],
  metric: CandidateMetric,
  peaks: PeakBytes,
): RankedCandidate[] {
  const usable = foldsOfAll(found);
  const sign = metric.better === "higher" ? -1 : 1;
  const scored = found.filter(({ error }) => error === undefined)
    .map(({ candidate, folds }) => {
      const own = folds.filter((fold) => usable.has(keyOf(fold)));
      return { candidate, all: folds, own, score: foldInterval(own, metric.range) };
    })
    .sort((a, b) => sign * (a.score.mean - b.score.mean));
  const [best, ...others] = scored;
  const tests = best ? candidateTests(best.own, others.map(({ own }) => own), metric) : [];
  const rows = scored.map(({ candidate, all, own, score }, at) => {
    const peakBytes = peaks.get(candidate.name);
    return {
      ...namesOf(candidate),
      score,
      standardError: standardErrorOf(own),
      folds: plainScores(own),
      ...(at === 0 ? {} : { againstBest: tests[at - 1] }),
      ...all[0].figures,
      ...(peakBytes === undefined ? {} : { peakBytes }),
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length,
    };
  });
  const front = frontOf(rows, sign);
  return [
    ...rows.map((row, at) => ({ ...row, isOnFront: front[at] })),
    ...found.filter(({ error }) => error !== undefined).map(({ candidate, folds, error }) => ({
      ...namesOf(candidate),
      folds: plainScores(folds),
      isOnFront: false,
      failure: messageOf(error),
    })),
  ];
}

function namesOf({ name, spec }: CandidateFolds["candidate"]) {
  return { name, model: spec.model, method: spec.method.method };
}

const keyOf = ({ repeat, fold }: Pick<FoldResult, "repeat" | "fold">) => `${repeat} ${fold}`;

/** The folds in which all candidates have a score. */
export function foldsOfAll(found: readonly CandidateFolds[]): ReadonlySet<string> {
  const whole = found.filter(({ error }) => error === undefined);
  const [first] = whole;
  return new Set(
    (first?.folds ?? []).map(keyOf).filter((key) =>
      whole.every(({ folds }) =>
        folds.some((fold) => keyOf(fold) === key && Number.isFinite(fold.score))
      )
    ),
  );
}

/** By the costs that all rows have. */
function frontOf(
  rows: readonly (Pick<RankedCandidate, CandidateCost> & { readonly score: ScoreInterval })[],
  sign: number,
): boolean[] {
  const costs = frontCosts.filter((cost) => rows.every((row) => row[cost] !== undefined));
  return paretoFront(
    rows.map((row) => [sign * row.score.mean, ...costs.map((cost) => row[cost]!)]),
  );
}
