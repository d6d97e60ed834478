/**
 * Asks a search for trials and has them run, several at once where there is room, until its budget is spent.
 *
 * @module
 */
import type { Search } from "../../search/search.ts";
import type { Point } from "../../search/space/dimension.ts";
import type { SearchedSettings } from "./plan_space.ts";
import type { TrialOutcome } from "./run_trial.ts";
import type { SearchCost } from "./search_costs.ts";
import type { PlanSearchView } from "./search_view.ts";
import type { CheckedSearch } from "./search_spec.ts";
import type { SpentBudget } from "./spent_budget.ts";
import { otherTrials } from "./wait_for_others.ts";

/** A search over plans under way. */
export type PlanSearch = Search<SearchedSettings>;

/** So many trials in a row that fail end a search. */
const mostFailures = 20;
/** So many where none has come to its end yet, and settings were not merely above a limit. */
const mostFirstFailures = 10;
/** The same where all fail for the same reason, but for its numbers. */
const mostAlike = 5;

/** How trials are taken. */
export interface TakenTrials {
  readonly search: CheckedSearch;
  readonly spent: SpentBudget;
  readonly signal: AbortSignal;
  readonly view: PlanSearchView;
  /** Takes why it ended. */
  readonly notes: string[];
  /** How many are under way at once. */
  readonly atOnce: number;
  readonly trial: (
    number: number,
    how: { readonly point: Point; readonly signal: AbortSignal },
  ) => Promise<TrialOutcome>;
}

/** Takes trials; true where a person stopped them. An error of one ends the others, which stay under way. */
export async function takeTrials(found: PlanSearch, taken: TakenTrials): Promise<boolean> {
  const broken = new AbortController();
  const signal = AbortSignal.any([taken.signal, broken.signal]);
  const failures = failuresInARow();
  const turns = Array.from({ length: taken.atOnce }, async () => {
    try {
      return await takeTurn(found, { ...taken, signal }, failures);
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  const ended = await Promise.allSettled(turns);
  const failed = ended.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  return ended.some((each) => each.status === "fulfilled" && each.value);
}

/** One trial after the other. */
async function takeTurn(
  found: PlanSearch,
  { search: { options: { budget, costs = [] } }, spent, signal, view, trial, ...taken }:
    TakenTrials,
  failures: ReturnType<typeof failuresInARow>,
): Promise<boolean> {
  const note = (text: string) => void (taken.notes.includes(text) || taken.notes.push(text));
  const othersGoOn = otherTrials(found, signal);
  while (!signal.aborted) {
    const over = failures.tooMany() ?? spent.spent(found.history);
    if (over !== undefined) {
      note(over);
      return false;
    }
    const asked = found.ask(budget?.trials);
    if (asked === undefined) {
      // One that is left by a process that is gone may be asked for next.
      if (await othersGoOn()) continue;
      note(endOfTrials(found, budget?.trials));
      return false;
    }
    const { number } = asked;
    view.begin(number);
    const outcome = await trial(number, { point: found.history.trials[number].point, signal });
    // One that was stopped stays under way: whoever goes on begins with it.
    if (outcome.state === "interrupted") break;
    if (!endTrial(found, number, outcome, costs)) {
      note(`trial ${number} went to another process, since this one gave no sign for long`);
    }
    await view.done(number, spent.left(found.history));
    failures.count(outcome, found);
  }
  note("it was stopped");
  return true;
}

/** Counts trials that fail one after the other. */
function failuresInARow() {
  let reasons: string[] = [];
  let [aboveLimit, hasSuccess] = [0, false];
  let told: string | undefined;
  const most = () => {
    if (hasSuccess) return mostFailures;
    const plain = reasons.length - aboveLimit;
    const isAlike = aboveLimit === 0 && new Set(reasons).size === 1;
    if (isAlike && plain >= mostAlike) return mostAlike;
    return plain >= mostFirstFailures ? mostFirstFailures : mostFailures;
  };
  return {
    count(outcome: TrialOutcome, { history: { trials } }: PlanSearch) {
      hasSuccess ||= trials.some(({ state }) => state === "complete" || state === "pruned");
      if (outcome.state !== "failed") [reasons, aboveLimit] = [[], 0];
      else {
        reasons.push(outcome.reason.replaceAll(/\d[\d.e+-]*/g, "0"));
        if (outcome.isAboveLimit) aboveLimit++;
      }
    },
    /** Why no other trial begins. */
    tooMany(): string | undefined {
      if (told === undefined && reasons.length < most()) return undefined;
      // Those under way end, too, which changes nothing.
      told ??= `${reasons.length} trials failed one after the other${
        hasSuccess ? "" : ", and none came to its end"
      }`;
      return told;
    },
  };
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
