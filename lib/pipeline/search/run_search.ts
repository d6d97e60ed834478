/**
 * Runs a search, from the data to the best plan.
 *
 * @module
 */
import { mistakes, type TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { openDevice } from "../../engine/mod.ts";
import { metricOf } from "../../metrics/mod.ts";
import { autoSampler } from "../../search/samplers/auto_sampler.ts";
import { openSearch } from "../../search/open_search.ts";
import { startingWith } from "../../search/samplers/starting_with.ts";
import { type Search, type SearchSettings, startSearch } from "../../search/search.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import type { PlanSpace, SearchedSettings } from "./plan_space.ts";
import { aboutSearch } from "./about_search.ts";
import { runTrial, type TrialContext, type TrialOutcome } from "./run_trial.ts";
import type { SearchCost } from "./search_costs.ts";
import type { SearchResult } from "./search_result.ts";
import { searchResultOf } from "./search_result.ts";
import { type CheckedSearch, noValidation } from "./search_spec.ts";
import { viewOfSearch } from "./search_view.ts";
import { presentSearch } from "./present_search.ts";
import { type SpentBudget, spentBudget } from "./spent_budget.ts";
import { startPoints } from "./start_points.ts";
import { suggestedPlan } from "./suggested_plan.ts";
import { trackedTrial } from "./tracked_trial.ts";
import { type TrialBases, trialBases } from "./trial_bases.ts";
import { otherTrials } from "./wait_for_others.ts";

/** A search over plans under way. */
type PlanSearch = Search<SearchedSettings>;

/** So many trials in a row that fail end a search. */
const mostFailures = 20;

/**
 * Runs trials until the budget is spent. What has ended when the search is stopped is kept.
 *
 * @param planOf makes the plan of the best trial
 */
export async function runSearch<Found>(
  search: CheckedSearch,
  options: RunOptions,
  planOf: (spec: PlanSpec) => Found,
): Promise<SearchResult<Found>> {
  checkRunOptions(options);
  const { trackers: _, name: __, ...alone } = options;
  checkAlone("search(…).run()", alone);
  const { plan, options: { budget = {}, constraints = {}, costs = [] } } = search;
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const read = await readStage(plan, signal);
  if (!read.splits.validation) {
    throw mistakes("input", "this search makes no sense:", [noValidation()]);
  }
  const judge: AnyMetric = search.metric ?? metricOf(read.task.metric ?? plan.task.metric);
  const device = await openDevice(options.device, { precision: options.precision });
  await using bases = trialBases(read, device);
  using opened = await openedSearch(search, { read, bases, judge, signal });
  const { found } = opened;
  const specOf = (suggestion: SearchedSettings) => suggestedPlan(plan, suggestion, judge);
  const notes: string[] = [];
  const present = () => presentSearch(found, search, { judge, notes });
  const view = viewOfSearch(options, present);
  const spent = spentBudget(budget);
  const trial = (number: number, suggestion: SearchedSettings) =>
    trackedTrial(
      { specOf: () => specOf(suggestion), number, options },
      (tracking) =>
        oneTrial(found, spent, number, {
          ...{ bases, device, judge, constraints, costs, tracking, signal },
          specOf: () => specOf(suggestion),
          onStep: view.step,
        }),
    );
  let stopped = false;
  try {
    stopped = await takeTrials(found, { search, spent, signal, view, notes, trial });
  } finally {
    await view.end();
  }
  const { best, chosen, ...shown } = present();
  if (!best || !chosen) throw stopped ? nothingEnded() : failureOfAll(found, notes);
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

/** The trials one after the other; true where a person stopped them. */
async function takeTrials(
  found: PlanSearch,
  { search: { options: { budget, costs = [] } }, spent, signal, view, notes, trial }: {
    readonly search: CheckedSearch;
    readonly spent: SpentBudget;
    readonly signal: AbortSignal;
    readonly view: ReturnType<typeof viewOfSearch>;
    readonly notes: string[];
    readonly trial: (number: number, suggestion: SearchedSettings) => Promise<TrialOutcome>;
  },
): Promise<boolean> {
  let failures = 0;
  const othersGoOn = otherTrials(found, signal);
  while (!signal.aborted) {
    const over = spent.spent(found.history);
    if (over !== undefined) {
      notes.push(over);
      return false;
    }
    const asked = found.ask(budget?.trials);
    if (asked === undefined) {
      // One that is left by a process that is gone may be asked for next.
      if (await othersGoOn()) continue;
      notes.push(endOfTrials(found, budget?.trials));
      return false;
    }
    const { number, suggestion } = asked;
    view.begin(number);
    const outcome = await trial(number, suggestion);
    // One that was stopped stays under way: whoever goes on begins with it.
    if (outcome.state === "interrupted") break;
    if (!endTrial(found, number, outcome, costs)) {
      notes.push(`trial ${number} went to another process, since this one gave no sign for long`);
    }
    await view.done(number, spent.left(found.history));
    failures = outcome.state === "failed" ? failures + 1 : 0;
    if (failures === mostFailures) {
      notes.push(`the last ${mostFailures} trials failed one after the other`);
      return false;
    }
  }
  notes.push("it was stopped");
  return true;
}

/** Keeps what came of a trial; false where it is no longer this process that runs it. */
function endTrial(
  found: PlanSearch,
  number: number,
  outcome: Exclude<TrialOutcome, { readonly state: "interrupted" }>,
  costs: readonly SearchCost[],
): boolean {
  const { figures } = outcome;
  try {
    if (outcome.state === "complete") {
      found.tell(number, [outcome.score, ...costs.map((cost) => figures[cost])], { figures });
    } else {
      found[outcome.state === "pruned" ? "prune" : "fail"](number, {
        reason: outcome.reason,
        figures,
      });
    }
    return true;
  } catch (error) {
    if (found.owns(number)) throw error;
    return false;
  }
}

function endOfTrials({ history }: PlanSearch, most = Infinity): string {
  return history.trials.length >= most ? `${most} trials were run` : "there is nothing left to try";
}

/** Runs a trial inside what is left of the budget. */
async function oneTrial(
  found: PlanSearch,
  spent: SpentBudget,
  number: number,
  { specOf, ...context }:
    & Omit<TrialContext, "ended" | "onScore">
    & { readonly specOf: () => PlanSpec },
): Promise<TrialOutcome> {
  using budget = spent.begin(found.history);
  return await runTrial(specOf, {
    ...context,
    ended: budget.ended,
    onStep(report) {
      const { step, totalSteps, epoch } = report;
      if (step < totalSteps) budget.took({ steps: step, epochs: epoch });
      context.onStep(report);
    },
    onScore: (score, epochs) =>
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
  { read, bases, judge, signal }: {
    readonly read: ReadData;
    readonly bases: TrialBases;
    readonly judge: AnyMetric;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly found: PlanSearch } & Disposable> {
  const { plan, space, laidOut, written, options } = search;
  const { sampler = autoSampler(), pruner, seed, file, costs = [] } = options;
  // What is wrong with the model or the rows is an error, and no trial that fails; another model may have as
  // many layers and heads.
  const { layers: _, heads: __, feedForward: ___, ...spec } = suggestedPlan(
    plan,
    laidOut.suggestionOf(written),
  );
  const method = await spec.method.open?.() ?? spec.method;
  const settings = trainSettings(spec.train, method);
  const rows = await bases.rowsOf(spec, { method, settings, signal });
  const how: SearchSettings = {
    better: [judge.better, ...costs.map(() => "lower" as const)],
    sampler: startingWith(sampler, startPoints(search)),
    ...(pruner ? { pruner } : {}),
    ...(seed === undefined ? {} : { seed }),
  };
  if (file === undefined) {
    const found = startSearch<PlanSpace>(space, how) as PlanSearch;
    return { found, [Symbol.dispose]() {} };
  }
  const about = await aboutSearch(search, { rows, judge, labels: read.task.labels });
  const found = openSearch<PlanSpace>(space, { ...how, file, about });
  return { found: found as unknown as PlanSearch, [Symbol.dispose]: () => found[Symbol.dispose]() };
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
