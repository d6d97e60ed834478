/**
 * What a search leaves: the best plan, and all that was tried.
 *
 * @module
 */
import { customInspect, type Displayed, jupyterDisplay } from "../../core/display.ts";
import { visibleLines } from "../../core/visible.ts";
import type { SearchHistory, Trial } from "../../search/history.ts";
import { describeFound, foundWithCharts } from "./found_display.ts";
import type { SearchedSettings } from "./plan_space.ts";
import type { FrontRule, SearchCost } from "./search_costs.ts";

/** A trial with what was tried. */
export interface SearchedTrial<Suggestion = SearchedSettings>
  extends Pick<Trial, "number" | "state" | "reason"> {
  readonly suggestion: Suggestion;
  /** The score of the validation rows; of complete trials. */
  readonly score?: number;
  /**
   * What was measured: `seconds`, `steps`, `epochs`, `parameters`, `trainedParameters`, `bytes` of the weights,
   * `memory` in bytes as it was forecast, and `latency` in milliseconds where that is limited or a cost.
   */
  readonly figures: Readonly<Record<string, number>>;
}

/** A trial than which none is better. */
export interface BestTrial<Found, Suggestion = SearchedSettings> extends SearchedTrial<Suggestion> {
  readonly score: number;
  /** An ordinary plan: its `run()` trains it again, and scores the test rows, which no trial has seen. */
  readonly plan: Found;
}

/** What a search leaves. */
export interface SearchResult<Found, Suggestion = SearchedSettings> extends Displayed {
  /** The trial with the best score. */
  readonly best: BestTrial<Found, Suggestion>;
  /** The trial that the rule takes: the best one unless a rule was given. */
  readonly chosen: BestTrial<Found, Suggestion>;
  /** The trials that none is better than by score and costs, in the order of their numbers. */
  readonly front: readonly BestTrial<Found, Suggestion>[];
  /** The plan of the chosen trial. */
  readonly plan: Found;
  /** All trials in the order of their numbers; the first one is the plan as it was written. */
  readonly trials: readonly SearchedTrial<Suggestion>[];
  /** The same as plain JSON, for charts, and for the `from` of another search. */
  readonly history: SearchHistory;
  /** The name of the score of the validation rows. */
  readonly metric: string;
  /** What was to be low beside the score; the front's figures have them. */
  readonly costs: readonly SearchCost[];
  readonly rule: FrontRule;
  /** Why it ended, and what is to be known of it. */
  readonly notes: readonly string[];
  /** True where a person stopped it. */
  readonly stopped: boolean;
  toString(): string;
}

/** Adds the displays. */
export function searchResultOf<Found, Suggestion>(
  figures: Omit<SearchResult<Found, Suggestion>, "plan" | "toString" | typeof jupyterDisplay>,
): SearchResult<Found, Suggestion> {
  const text = () => visibleLines(describeFound(figures));
  return Object.freeze({
    ...figures,
    plan: figures.chosen.plan,
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () => foundWithCharts(figures),
  });
}
