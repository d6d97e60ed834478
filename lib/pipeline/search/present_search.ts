/**
 * A search as it stands: its trials, those that none is better than, and the one that is chosen.
 *
 * @module
 */
import type { Search } from "../../search/search.ts";
import type { AnyMetric } from "../plan_spec.ts";
import { bestOfFront, chosenOfFront } from "./front_trials.ts";
import type { SearchedSettings } from "./plan_space.ts";
import type { CheckedSearch } from "./search_spec.ts";

/** The trials with what they tried; `best` and `chosen` are absent before one has come to its end. */
export function presentSearch(
  { history, paretoFront }: Pick<Search<SearchedSettings>, "history" | "paretoFront">,
  { laidOut, options: { costs = [], rule = "best" } }: Pick<CheckedSearch, "laidOut" | "options">,
  { judge, notes }: { readonly judge: AnyMetric; readonly notes: readonly string[] },
) {
  const trials = history.trials.map(({ number, point, state, values, reason, figures = {} }) => ({
    number,
    state,
    suggestion: laidOut.suggestionOf(point),
    ...(values === undefined ? {} : { score: values[0] }),
    ...(reason === undefined ? {} : { reason }),
    figures,
  }));
  const ended = paretoFront.map(({ number, values: [score, ...measured] }) => ({
    number,
    score,
    costs: measured,
  }));
  const { better } = judge;
  const told = (found: (typeof ended)[number]) => ({ ...trials[found.number], score: found.score });
  const best = bestOfFront(ended, better);
  const chosen = chosenOfFront(ended, { better, costs, rule });
  return {
    trials,
    history,
    metric: judge.name,
    costs,
    rule,
    notes: [...notes],
    front: ended.map(told),
    ...(best && chosen ? { best: told(best), chosen: told(chosen) } : {}),
  };
}
