/**
 * The trials of a search that none is better than, and the one among them that is chosen.
 *
 * @module
 */
import { type Direction, lossOf } from "../../search/history.ts";
import type { FrontRule, SearchCost } from "./search_costs.ts";

/** What the choice looks at. */
interface FrontTrial {
  readonly number: number;
  readonly score: number;
  /** Those of the costs in their order. */
  readonly costs: readonly number[];
}

/** Scores that differ by rounding alone count as equal: .91 - .9 is more than .01. */
const rounding = 1e-9;

/** The trial with the best score; where several have it, the one that costs least. */
export function bestOfFront<Trial extends FrontTrial>(
  front: readonly Trial[],
  better: Direction,
): Trial | undefined {
  const lossesOf = ({ score, costs, number }: Trial) => [lossOf(score, better), ...costs, number];
  return least(front, lossesOf);
}

/** The trial that the rule takes; where several cost the same, the one with the better score. */
export function chosenOfFront<Trial extends FrontTrial>(
  front: readonly Trial[],
  { better, costs, rule }: {
    readonly better: Direction;
    readonly costs: readonly SearchCost[];
    readonly rule: FrontRule;
  },
): Trial | undefined {
  const best = bestOfFront(front, better);
  if (best === undefined || rule === "best") return best;
  const most = lossOf(best.score, better) + rule.within + rounding * Math.abs(best.score);
  const at = costs.indexOf(rule.least);
  return least(
    front.filter(({ score }) => lossOf(score, better) <= most),
    (trial) => [trial.costs[at], lossOf(trial.score, better), trial.number],
  );
}

/** The one whose numbers are least, the first of them first. */
function least<Each>(
  all: readonly Each[],
  numbersOf: (each: Each) => readonly number[],
): Each | undefined {
  return all.toSorted((a, b) => {
    const [ofA, ofB] = [numbersOf(a), numbersOf(b)];
    const differs = ofA.findIndex((value, at) => value !== ofB[at]);
    return differs < 0 ? 0 : ofA[differs] - ofB[differs];
  })[0];
}
