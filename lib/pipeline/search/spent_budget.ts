/**
 * How much of a search's budget is spent.
 *
 * @module
 */
import type { SearchHistory } from "../../search/history.ts";
import { timeText } from "../display/training_view.ts";
import type { SearchBudget } from "./search_options.ts";

/** Watches over a budget. */
export interface SpentBudget {
  /** Why no other trial begins; nothing while there is some budget left. Trials are counted as they begin. */
  spent(history: SearchHistory): string | undefined;
  /** A trial begins; it is aborted where the budget ends on its way. */
  begin(history: SearchHistory): TrialBudget;
  /** What is left, for people; nothing where only the sampler ends the search. */
  left(history: SearchHistory): string | undefined;
}

/** The budget of a trial under way. */
export interface TrialBudget extends Disposable {
  /** Aborted with the reason. */
  readonly ended: AbortSignal;
  /** The trial took so many steps, and is not at its end. */
  took(done: { readonly steps: number; readonly epochs: number }): void;
}

/** A `setTimeout` of more milliseconds would run at once. */
const mostMilliseconds = 2 ** 31 - 1;

/**
 * Counts from now on, and the seconds in which others and earlier starts were at work; steps and epochs of earlier
 * trials stand in the history.
 */
export function spentBudget(
  { minutes, trials, epochs, steps }: SearchBudget,
  earlierSeconds = 0,
): SpentBudget {
  const began = performance.now() - 1000 * earlierSeconds;
  const secondsLeft = () =>
    minutes === undefined ? Infinity : 60 * minutes - (performance.now() - began) / 1000;
  const isUsedUp = secondsLeft() <= 0;
  const overTime = isUsedUp
    ? `the ${minutes} minutes of the search were used up before; a larger budget goes on with it`
    : `the ${minutes} minutes of the search were over`;
  const limits = { epochs, steps };
  const underWay = new Set<Readonly<Record<keyof typeof limits, number>>>();
  // Trials under way at once end one after the other; what each begins with is what is known then.
  let latest: SearchHistory | undefined;
  const overLimit = (of: SearchHistory) => {
    for (const [name, most = Infinity] of entriesOf(limits)) {
      const more = [...underWay].reduce((sum, trial) => sum + trial[name], 0);
      if (sumOf(of, name) + more >= most) {
        return `the ${most} ${name} of the search were over`;
      }
    }
    return undefined;
  };
  return {
    spent(history) {
      latest = history;
      if (secondsLeft() <= 0) return overTime;
      return overLimit(history);
    },
    begin(history) {
      latest = history;
      const ended = new AbortController();
      const milliseconds = Math.min(mostMilliseconds, 1000 * secondsLeft());
      const timer = minutes === undefined
        ? undefined
        : setTimeout(() => ended.abort(overTime), Math.max(0, milliseconds));
      const taken = { epochs: 0, steps: 0 };
      underWay.add(taken);
      return {
        ended: ended.signal,
        took(done) {
          Object.assign(taken, done);
          const reason = overLimit(latest!);
          if (reason !== undefined) ended.abort(reason);
        },
        [Symbol.dispose]() {
          clearTimeout(timer);
          underWay.delete(taken);
        },
      };
    },
    left(history) {
      const found = [
        ...minutes === undefined ? [] : [timeText(Math.max(0, secondsLeft()))],
        ...trials === undefined ? [] : [counted(Math.max(0, trials - endedIn(history)), "trial")],
        ...entriesOf(limits).flatMap(([name, most]) =>
          most === undefined
            ? []
            : [`${Math.max(0, Math.round(most - sumOf(history, name)))} ${name}`]
        ),
      ];
      return found.length === 0 ? undefined : `${found.join(" or ")} left`;
    },
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function entriesOf<Limits extends object>(limits: Limits) {
  return Object.entries(limits) as [keyof Limits, number | undefined][];
}

function sumOf({ trials }: SearchHistory, name: string): number {
  return trials.reduce((sum, { figures }) => sum + (figures?.[name] ?? 0), 0);
}

function endedIn({ trials }: SearchHistory): number {
  return trials.filter(({ state }) => state !== "pending").length;
}
