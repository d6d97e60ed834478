/**
 * Which candidate is chosen: the best, or the cheapest that is about as good.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { CandidateCost, SelectionRule } from "./select_options.ts";

/** What the choice looks at. */
export interface ScoredCandidate {
  readonly name: string;
  readonly mean: number;
  readonly standardError: number;
  readonly costs: Readonly<Partial<Record<CandidateCost, number>>>;
}

/** How to choose. */
export interface Choice {
  readonly better: "higher" | "lower";
  readonly rule: SelectionRule;
  readonly cost: CandidateCost;
}

/**
 * The chosen one. Where two are as good, or cost the same, the one with the better mean, and then the first.
 *
 * @throws TunebookError of kind "unsupported" where the rule needs a cost that was not measured
 */
export function chooseCandidate<Scored extends ScoredCandidate>(
  candidates: readonly Scored[],
  { better, rule, cost }: Choice,
): Scored {
  const sign = better === "higher" ? 1 : -1;
  const sorted = candidates.toSorted((a, b) => sign * (b.mean - a.mean));
  const [best] = sorted;
  if (rule === "best") return best;
  const least = sign * best.mean - best.standardError;
  const near = sorted.filter(({ mean }) => sign * mean >= least);
  const unknown = near.filter(({ costs }) => costs[cost] === undefined);
  if (unknown.length > 0) {
    throw new TunebookError(
      "unsupported",
      `the rule looks for the least ${cost}, which was not measured of ` +
        `${unknown.map(({ name }) => name).join(", ")}; give another cost`,
    );
  }
  return near.reduce((chosen, each) => each.costs[cost]! < chosen.costs[cost]! ? each : chosen);
}
