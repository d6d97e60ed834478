/**
 * A search that is asked what to try and told what came of it.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { optionMistake, TunebookError } from "../core/errors.ts";
import { required, type Rule, type Rules, text, wholeFrom0 } from "../core/option_rules.ts";
import { isRecord, withoutUndefined } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import {
  type CompleteTrial,
  completeTrials,
  type Direction,
  firstLoss,
  lossesOf,
  type SearchHistory,
  type Trial,
  type TrialNotes,
} from "./history.ts";
import { checkHistory, checkSameChoices } from "./check_history.ts";
import type { Pruner } from "./pruners/pruner.ts";
import type { SearchSampler } from "./samplers/sampler.ts";
import type { Suggested } from "./space/parameter.ts";
import { type SearchSpace, searchSpace } from "./space/search_space.ts";
import { memoryStore, type TrialStore } from "./store/trial_store.ts";
import { nonDominatedFronts } from "./samplers/nsga2/non_dominated_fronts.ts";

/** How a search goes. */
export interface SearchSettings {
  /** Whether lower or higher values are better; a list with one for each aim where there are several. */
  readonly better: Direction | readonly Direction[];
  /** What chooses the next trial. */
  readonly sampler: SearchSampler;
  /** What stops trials on their way: nothing unless given. */
  readonly pruner?: Pruner;
  /** Where random numbers begin: 0 unless given. */
  readonly seed?: number;
}

/** How a search goes, and from where. */
export interface StartSearchOptions extends SearchSettings {
  /**
   * The trials of a search over the same space with the same aims, with which this one goes on; better its whole
   * history, which tells whether the choices are still the same.
   */
  readonly trials?: readonly Trial[] | SearchHistory;
}

/** A trial that is to be run. */
export interface AskedTrial<Suggestion> {
  readonly number: number;
  readonly suggestion: Suggestion;
}

/** A trial that came to its end, with what was tried. */
export interface FinishedTrial<Suggestion> extends AskedTrial<Suggestion> {
  /** One for each aim. */
  readonly values: readonly number[];
}

/** A search under way. */
export interface Search<Suggestion> {
  /**
   * What to try next; `undefined` where a grid has nothing left, or where the search has `mostTrials` trials and
   * none of them was left by a process that is gone. The trial is pending from now on.
   */
  ask(mostTrials?: number): AskedTrial<Suggestion> | undefined;
  /** Ends a trial with its value, or with one for each aim. */
  tell(number: number, values: number | readonly number[], notes?: TrialNotes): void;
  /** Ends a trial that gave no value. */
  fail(number: number, notes?: TrialNotes): void;
  /**
   * Takes a value of a trial on its way, and tells whether the pruner would stop it. It goes on unless
   * `prune` ends it.
   *
   * @param step how many steps it took, or which fold it was; above that of the report before
   */
  report(number: number, step: number, value: number): boolean;
  /** Ends a trial that is not worth going on. */
  prune(number: number, notes?: TrialNotes): void;
  /**
   * Whether a trial is under way in this process: not after its end, nor where another process took it over,
   * to which it belongs then.
   */
  owns(number: number): boolean;
  /** All that was tried, as plain JSON; a search that gets its trials goes on the same way. */
  readonly history: SearchHistory;
  /** The best trial by the first aim; `undefined` before one has come to its end. */
  readonly best: FinishedTrial<Suggestion> | undefined;
  /** The trials than which none is better by all aims, by their numbers. */
  readonly paretoFront: readonly FinishedTrial<Suggestion>[];
}

const directions: readonly unknown[] = ["lower", "higher"];
const made = (method: string): Rule[1] => (value) =>
  isRecord(value) && typeof value[method] === "function";
/** What the settings of a search must be. */
export const searchRules: Rules<SearchSettings> = {
  better: required([
    "lower or higher, or a list with one for each aim",
    (value) =>
      [value].flat().every((each) => directions.includes(each)) && [value].flat().length > 0,
  ]),
  sampler: required(["a sampler, such as tpe()", made("suggest")]),
  pruner: ["a pruner, such as medianPruner()", made("shouldPrune")],
  seed: wholeFrom0,
};

const notesRules: Rules<TrialNotes> = {
  reason: text,
  figures: [
    "finite numbers by name",
    (value) => isRecord(value) && Object.values(value).every(Number.isFinite),
  ],
};

/**
 * Starts a search over a space of parameters: `int`, `float` and `choice`, at any depth of objects and
 * lists. It runs nothing by itself: ask it for a trial, run it, and tell what came of it; several may be
 * asked for before the first is told. The same space, options and trials give the same suggestions.
 *
 * @throws {TunebookError} of kind `input` for a space where nothing varies, options that make no sense and
 * trials that do not fit the space; of kind `unsupported` where the sampler cannot work on it.
 *
 * @example
 * ```ts
 * import { float, int, startSearch, tpe } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { rank: int(2, 64, { log: true }), learningRate: float(1e-5, 1e-2, { log: true }) };
 * const options = { better: "higher", sampler: tpe(), seed: 1 } as const;
 * const search = startSearch(space, options);
 * for (let trial = 0; trial < 12; trial++) {
 *   const { number, suggestion } = search.ask()!;
 *   search.tell(number, -Math.abs(Math.log10(suggestion.learningRate) + 3));
 * }
 *
 * // Another process goes on with what the first one wrote.
 * const trials = JSON.parse(JSON.stringify(search.history));
 * const again = startSearch(space, { ...options, trials });
 * assert.deepEqual(again.ask(), search.ask());
 * ```
 */
export function startSearch<const Space>(
  space: Space,
  options: StartSearchOptions,
): Search<Suggested<Space>> {
  checkOptions("startSearch", options, {
    ...searchRules,
    trials: [
      "a list of trials, or a history with one",
      (value) =>
        isRecord(value)
          ? Array.isArray(value.trials) && Array.isArray(value.dimensions)
          : Array.isArray(value),
    ],
  });
  const { trials = [] } = options;
  const laidOut = searchSpace(space);
  if ("length" in trials) return searchOver(laidOut, options, () => memoryStore(trials));
  checkSameChoices(laidOut.dimensions, trials.dimensions);
  return searchOver(laidOut, options, () => memoryStore(trials.trials));
}

/**
 * A search whose trials are kept somewhere.
 *
 * @param open opens the store, once it is clear which search it is for
 */
export function searchOver<Suggestion>(
  { dimensions, suggestionOf }: SearchSpace<Suggestion>,
  { sampler, pruner, seed = 0, ...options }: SearchSettings,
  open: (search: Omit<SearchHistory, "trials">) => TrialStore,
): Search<Suggestion> {
  const better = [options.better].flat();
  const empty = { dimensions, better, seed };
  sampler.check({ ...empty, trials: [] });
  const store = open(empty);
  const history = (): SearchHistory => ({ ...empty, trials: [...store.trials()] });
  checkHistory(history());
  const askedOf = ({ number, point }: Trial) => ({ number, suggestion: suggestionOf(point) });
  const finished = (trial: CompleteTrial) => ({ ...askedOf(trial), values: trial.values });
  const change = <Result>(
    number: number,
    changed: (trial: Trial, trials: readonly Trial[]) => [Trial, Result],
  ) =>
    store.atOnce(() => {
      const trials = store.trials();
      const trial = pendingTrial(trials, number);
      store.requireOwn(trial);
      const [next, result] = changed(trial, trials);
      store.write(next);
      return result;
    });
  const end = (
    number: number,
    how: Pick<Trial, "state" | "values">,
    notes: TrialNotes = {},
  ) =>
    change(number, (trial, trials) => {
      checkOptions("a trial's notes", notes, notesRules);
      const ended = trials.filter(({ state }) => state !== "pending").length;
      return [{ ...trial, ...how, ...withoutUndefined(notes), ended }, undefined];
    });
  return {
    ask: (mostTrials = Infinity) =>
      store.atOnce(() => {
        const abandoned = store.takeAbandoned();
        if (abandoned !== undefined) return askedOf(abandoned);
        const before = history();
        if (before.trials.length >= mostTrials) return undefined;
        const point = sampler.suggest(before);
        if (point === undefined) return undefined;
        const trial: Trial = { number: before.trials.length, point, state: "pending", reports: [] };
        store.write(trial);
        return askedOf(trial);
      }),
    tell(number, values, notes) {
      const checked = checkedValues(number, [values].flat(), better);
      end(number, { state: "complete", values: checked }, notes);
    },
    fail: (number, notes) => end(number, { state: "failed" }, notes),
    prune: (number, notes) => end(number, { state: "pruned" }, notes),
    report: (number, step, value) =>
      change(number, (trial, trials) => {
        checkReport(trial, step, value);
        const next: Trial = { ...trial, reports: [...trial.reports, [step, value]] };
        const reported = { ...empty, trials: trials.with(number, next) };
        return [next, pruner?.shouldPrune(reported, number) ?? false];
      }),
    owns: (number) =>
      store.atOnce(() => {
        const trial: Trial | undefined = store.trials()[number];
        return trial?.state === "pending" && store.isOwn(trial);
      }),
    get history() {
      return history();
    },
    get best() {
      const now = history();
      const complete = completeTrials(now);
      if (complete.length === 0) return undefined;
      return finished(complete.reduce((a, b) => firstLoss(b, now) < firstLoss(a, now) ? b : a));
    },
    get paretoFront() {
      const now = history();
      const complete = completeTrials(now);
      const [front = []] = nonDominatedFronts(complete.map((trial) => lossesOf(trial, now)));
      return front.map((at) => finished(complete[at])).sort((a, b) => a.number - b.number);
    },
  };
}

function pendingTrial(trials: readonly Trial[], number: number): Trial {
  const trial: Trial | undefined = trials[number];
  if (trial?.state === "pending") return trial;
  throw new TunebookError(
    "input",
    trial === undefined
      ? `there is no trial ${shownValue(number)}; ${trials.length} were asked for`
      : `trial ${number} is ${trial.state} already`,
  );
}

function checkedValues(
  number: number,
  values: readonly number[],
  better: readonly Direction[],
): readonly number[] {
  if (values.length === better.length && values.every(Number.isFinite)) return values;
  throw new TunebookError(
    "input",
    `trial ${number} must be told ${
      better.length === 1
        ? "one finite number"
        : `${better.length} finite numbers, one for each aim`
    }, but got ${
      shownValue(values.length === 1 ? values[0] : values)
    }; a trial that gave no value is told with fail`,
  );
}

function checkReport({ number, reports }: Trial, step: number, value: number): void {
  const wrong = [
    ...(Number.isFinite(step) ? [] : [optionMistake("step", `is ${shownValue(step)}`)]),
    ...(Number.isFinite(value) ? [] : [optionMistake("value", `is ${shownValue(value)}`)]),
  ];
  const last = reports.at(-1);
  if (last !== undefined && step <= last[0]) {
    wrong.push(optionMistake("step", `is ${step}, not above the last one, ${last[0]}`));
  }
  if (wrong.length === 0) return;
  throw new TunebookError(
    "input",
    `this report of trial ${number} makes no sense: ${
      wrong.map(({ told }) => told((name) => name)).join("; ")
    }`,
    { mistakes: wrong },
  );
}
