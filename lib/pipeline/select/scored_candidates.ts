/**
 * What the choice looks at, out of a leaderboard.
 *
 * @module
 */
import type { CandidateMetric } from "./candidates.ts";
import type { Choice, ScoredCandidate } from "./choose_candidate.ts";
import type { RankedCandidate } from "./leaderboard.ts";
import type { SelectSettings } from "./select_options.ts";

/** The candidates that have a score, and how to choose among them. */
export function scoredChoice(
  rows: readonly RankedCandidate[],
  { better }: Pick<CandidateMetric, "better">,
  { rule, cost }: Pick<SelectSettings, "rule" | "cost">,
): [ScoredCandidate[], Choice] {
  const scored = rows.flatMap((row): ScoredCandidate[] => {
    const { name, score, standardError } = row;
    if (!score || standardError === undefined) return [];
    const { trainedParameters, bytes, milliseconds, peakBytes } = row;
    return [{
      ...{ name, mean: score.mean, standardError },
      costs: {
        ...(trainedParameters === undefined ? {} : { trainedParameters }),
        ...(bytes === undefined ? {} : { bytes }),
        ...(milliseconds === undefined ? {} : { milliseconds }),
        ...(peakBytes === undefined ? {} : { peakBytes }),
      },
    }];
  });
  return [scored, { better, rule, cost }];
}
