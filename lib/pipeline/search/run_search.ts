/**
 * Runs a search, from the data to the best plan.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { autoSampler } from "../../search/samplers/auto_sampler.ts";
import { openSearch } from "../../search/open_search.ts";
import { startingWith } from "../../search/samplers/starting_with.ts";
import { type SearchSettings, startSearch } from "../../search/search.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { aboutSearch, rowsHash } from "./about_search.ts";
import { checkDeployment } from "./check_deployment.ts";
import type { PlanSpace, SearchedSettings } from "./plan_space.ts";
import { presentSearch } from "./present_search.ts";
import type { TrialOutcome } from "./run_trial.ts";
import { type SearchBases, searchBases } from "./search_bases.ts";
import { type SearchResult, searchResultOf } from "./search_result.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { viewOfSearch } from "./search_view.ts";
import { type SpentBudget, spentBudget } from "./spent_budget.ts";
import { startPoints } from "./start_points.ts";
import { suggestedPlan } from "./suggested_plan.ts";
import { type PlanSearch, type TakenTrials, takeTrials } from "./take_trials.ts";
import type { PlacedTrial, TrialPlace, TrialRunner } from "./trial_place.ts";
import { trialsHere } from "./trials_here.ts";

/**
 * Runs trials until the budget is spent. What has ended when the search is stopped is kept.
 *
 * @param planOf makes the plan of the best trial
 * @param place where the trials run; in this process unless given
 */
export async function runSearch<Found>(
  search: CheckedSearch,
  options: RunOptions,
  planOf: (spec: PlanSpec) => Found,
  place?: TrialPlace,
): Promise<SearchResult<Found>> {
  checkRunOptions(options);
  const { trackers: _, name: __, ...alone } = options;
  checkAlone(
    "search(…).run()",
    alone,
    "processes that are started one by one share the trials of a search with a file",
  );
  const { plan, options: { budget = {} } } = search;
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  await using bases = await searchBases(search, place ? {} : options, signal);
  const { judge } = bases;
  await checkDeployment(search, bases, signal);
  using opened = await openedSearch(search, bases);
  const { found, id, earlierSeconds } = opened;
  const runner = await runnerOf(search, { bases, id, options, place });
  const notes: string[] = [];
  const present = () => presentSearch(found, search, { judge, notes });
  const view = viewOfSearch(options, present);
  const spent = spentBudget(budget, earlierSeconds);
  // Several at once have no bar of one.
  const onStep = runner.atOnce === 1 ? view.step : () => {};
  const trial: TakenTrials["trial"] = (number, { signal, point }) =>
    watched(
      found,
      { number, spent, onStep },
      (watch) => runner.run({ number, point, signal, ...watch }),
    );
  const { atOnce } = runner;
  let stopped = false;
  try {
    stopped = await takeTrials(found, { search, spent, signal, view, notes, atOnce, trial });
  } finally {
    await view.end();
  }
  const { best, chosen, ...shown } = present();
  if (!best || !chosen) throw stopped ? nothingEnded() : failureOfAll(found, notes);
  const specOf = (suggestion: SearchedSettings) => suggestedPlan(plan, suggestion, judge);
  const front = shown.front.map((each) => ({ ...each, plan: planOf(specOf(each.suggestion)) }));
  const ofFront = (number: number) => front.find((each) => each.number === number)!;
  return searchResultOf({
    ...shown,
    front,
    best: ofFront(best.number),
    chosen: ofFront(chosen.number),
    stopped,
  });
}

/** Watches over a trial inside what is left of the budget. */
async function watched(
  found: PlanSearch,
  { number, spent, onStep }: Pick<PlacedTrial, "number" | "onStep"> & {
    readonly spent: SpentBudget;
  },
  run: (watch: Omit<PlacedTrial, "number" | "point" | "signal">) => Promise<TrialOutcome>,
): Promise<TrialOutcome> {
  using budget = spent.begin(found.history);
  return await run({
    ended: budget.ended,
    onStep(report) {
      const { step, totalSteps, epoch } = report;
      if (step < totalSteps) budget.took({ steps: step, epochs: epoch });
      onStep(report);
    },
    onScore: (score, epochs) =>
      // Another process that has taken it over keeps its own reports.
      found.report(number, epochs, score)
        ? `its score after ${formatEpochs(epochs)} was not good enough`
        : undefined,
  });
}

function formatEpochs(epochs: number): string {
  return `${Number(epochs.toFixed(2))} epoch${epochs === 1 ? "" : "s"}`;
}

/** The search itself, in its file or in memory. */
async function openedSearch(
  search: CheckedSearch,
  { rows, judge, read }: Pick<SearchBases, "rows" | "judge" | "read">,
): Promise<OpenedSearch> {
  const { space, options } = search;
  const { sampler = autoSampler(), pruner, seed, file, costs = [] } = options;
  const how: SearchSettings = {
    better: [judge.better, ...costs.map(() => "lower" as const)],
    sampler: startingWith(sampler, startPoints(search)),
    ...(pruner ? { pruner } : {}),
    ...(seed === undefined ? {} : { seed }),
  };
  if (file === undefined) {
    const found = startSearch<PlanSpace>(space, how) as PlanSearch;
    return { found, earlierSeconds: 0, [Symbol.dispose]() {} };
  }
  const about = await aboutSearch(search, { rows, judge, labels: read.task.labels });
  const found = openSearch<PlanSpace>(space, { ...how, file, about });
  return {
    found: found as unknown as PlanSearch,
    id: found.id,
    earlierSeconds: found.secondsAtWork(),
    [Symbol.dispose]: () => found[Symbol.dispose](),
  };
}

interface OpenedSearch extends Disposable {
  readonly found: PlanSearch;
  /** Of one in a file. */
  readonly id?: string;
  /** How long others and earlier starts were at work. */
  readonly earlierSeconds: number;
}

/** Where the trials run; the search has a file unless that is here. */
async function runnerOf(
  search: CheckedSearch,
  { bases, id, options, place }: {
    readonly bases: SearchBases;
    readonly id: string | undefined;
    readonly options: RunOptions;
    readonly place: TrialPlace | undefined;
  },
): Promise<TrialRunner> {
  if (place === undefined) return trialsHere(search, bases, options);
  if (id === undefined) {
    throw new TunebookError(
      "input",
      "trials that run elsewhere go on when this process ends, and are found again by the search's file: give it " +
        'one, "file": "search.sqlite", on a disk of this machine',
    );
  }
  return place({ id, rows: await rowsHash(bases.rows) });
}

function nothingEnded(): TunebookError {
  return interruption("the search was stopped before a trial had come to its end");
}

/** The error of a search in which no trial came to its end. */
function failureOfAll(
  { history: { trials } }: PlanSearch,
  notes: readonly string[],
): TunebookError {
  const reasons = new Map<string, number>();
  for (const { reason = "it is run by another process" } of trials) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return mistakes("input", `no trial came to its end (${notes.join("; ")}):`, [
    ...[...reasons].map(([reason, count]) => count === 1 ? reason : `${count} trials: ${reason}`),
    ...(reasons.size === 0 ? ["none was begun"] : []),
  ]);
}
