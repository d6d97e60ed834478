/**
 * Searches the weights of a merge by validation rows.
 *
 * @module
 */
import { mistakes, type TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { autoSampler } from "../../search/samplers/auto_sampler.ts";
import { startingWith } from "../../search/samplers/starting_with.ts";
import { type Search, startSearch } from "../../search/search.ts";
import { viewOfSearch } from "../search/search_view.ts";
import { spentBudget } from "../search/spent_budget.ts";
import type { SearchWeightsOptions } from "./choice_options.ts";
import type { ChoiceWork } from "./choice_work.ts";
import type { MergeChoice, ScoredMerge } from "./merge_choice.ts";
import { mergeOf } from "./merge_sources.ts";
import { type SuggestedWeights, weightSpace, writtenWeights } from "./weight_space.ts";

/**
 * Merges and scores until the budget is spent; the weights as they are written come first. A stop keeps what
 * was scored.
 *
 * @throws {TunebookError} of kind `input` where no merge has a score, and `interrupted` where it was stopped
 *   before one had.
 */
export async function chooseWeights(
  { weights: given, budget = {}, sampler = autoSampler(), seed }: SearchWeightsOptions,
  written: SuggestedWeights,
  work: ChoiceWork,
): Promise<MergeChoice> {
  const { of, merge, metric, scorer, singles, options, signal } = work;
  const laidOut = weightSpace(written, given);
  const found = startSearch(laidOut.parameters, {
    better: metric.better,
    sampler: startingWith(sampler, [writtenWeights(laidOut, written)]),
    ...(seed === undefined ? {} : { seed }),
  }) as unknown as Search<SuggestedWeights>;
  const notes: string[] = [];
  const view = viewOfSearch(options, () => presented(found, metric.name, notes, laidOut));
  const spent = spentBudget(budget);
  try {
    while (true) {
      const over = signal.aborted ? "it was stopped" : spent.spent(found.history);
      const asked = over === undefined ? found.ask(budget.trials) : undefined;
      if (!asked) {
        notes.push(over ?? endOf(found, budget.trials));
        break;
      }
      const { number, suggestion } = asked;
      view.begin(number);
      const began = performance.now();
      const score = await scorer.validationScore(mergeOf(of, suggestion, merge).model, metric);
      const figures = { seconds: (performance.now() - began) / 1000 };
      if (Number.isFinite(score)) found.tell(number, score, { figures });
      else found.fail(number, { reason: `${metric.name} is ${score}`, figures });
      await view.done(number, spent.left(found.history));
    }
  } finally {
    await view.end();
  }
  const { best, history } = found;
  if (!best) throw nothingFound(signal, found, metric.name);
  const trials = history.trials.map(({ point, values }): ScoredMerge => ({
    weights: laidOut.suggestionOf(point),
    ...(values ? { score: values[0] } : {}),
  }));
  return {
    by: "searched weights",
    metric: metric.name,
    weights: best.suggestion,
    score: best.values[0],
    singles,
    trials,
    history,
    notes,
  };
}

function presented(
  { history, best }: Search<SuggestedWeights>,
  metric: string,
  notes: readonly string[],
  { suggestionOf }: { suggestionOf(point: Readonly<Record<string, number>>): unknown },
) {
  const trials = history.trials.map(({ number, point, state, values, reason, figures = {} }) => ({
    ...{ number, state, suggestion: suggestionOf(point), figures },
    ...(values === undefined ? {} : { score: values[0] }),
    ...(reason === undefined ? {} : { reason }),
  }));
  return {
    ...{ trials, history, metric, notes, costs: [], front: [] },
    ...(best ? { best: { number: best.number, score: best.values[0] } } : {}),
  };
}

function endOf({ history: { trials } }: Search<SuggestedWeights>, most = Infinity): string {
  return trials.length >= most ? `${most} merges were scored` : "there is nothing left to try";
}

function nothingFound(
  signal: AbortSignal,
  { history: { trials } }: Search<SuggestedWeights>,
  metric: string,
): TunebookError {
  if (signal.aborted) {
    return interruption("the search for weights was stopped before a merge had a score");
  }
  return mistakes("input", "no merge has a score of the validation rows:", [
    `${trials.length} were tried, and ${metric} of none is a number`,
  ]);
}
