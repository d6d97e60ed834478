/**
 * A search while it goes on: a display in a notebook that changes, lines elsewhere.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { jupyterDisplay } from "../../core/display.ts";
import { type Notebook, notebookHere } from "../../core/notebook.ts";
import { anything, type Rules, text } from "../../core/option_rules.ts";
import { say } from "../../core/say.ts";
import type { SearchHistory, Trial } from "../history.ts";
import { searchDisplay } from "./search_display.ts";
import {
  aimNames,
  bestTrials,
  dimensionTitles,
  numberText,
  type SearchChartOptions,
  searchChartRules,
  valueText,
} from "./viewed_search.ts";

/** Where and how a search is shown while it goes on. */
export interface ShowSearchOptions extends SearchChartOptions {
  /** Its heading: `search` unless given. */
  readonly title?: string;
  /** Where it is shown: the notebook that runs the program, if one does, unless given. */
  readonly notebook?: Notebook;
  /** Writes a line where there is no notebook: to standard error unless given. */
  readonly say?: (line: string) => void;
}

/** Sees what happens in a search. */
export interface SearchView {
  /** Takes the history as it is now, after a trial or a report. It may be called as often as one likes. */
  update(history: SearchHistory): void;
  /** Shows the last state. */
  end(): Promise<void>;
}

const rules: Rules<ShowSearchOptions> = {
  ...searchChartRules,
  title: text,
  notebook: [
    "a notebook",
    (value) => typeof (value as Notebook | null)?.show === "function",
  ],
  say: anything,
};

/** Pictures of a search take some 200 ms; between two of them the search goes on. */
const restMilliseconds = 2000;

/**
 * Shows a search while it goes on: in a notebook the charts of `searchDisplay` in one place, drawn anew every
 * two seconds at most; elsewhere a line for each trial that has ended.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, randomSearch, showSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const view = showSearch({ aims: "loss", say: (line) => lines.push(line) });
 * const search = startSearch({ x: float(1, 2) }, { better: "lower", sampler: randomSearch() });
 * for (let trial = 0; trial < 2; trial++) {
 *   const { number, suggestion: { x } } = search.ask()!;
 *   search.tell(number, x);
 *   view.update(search.history);
 * }
 * await view.end();
 * assert.match(lines[0], /trial 0: loss 1\.\d+, the best so far · x 1\.\d+/);
 * ```
 */
export function showSearch(options: ShowSearchOptions = {}): SearchView {
  checkOptions("showSearch", options, rules);
  const { notebook = notebookHere() } = options;
  return notebook !== undefined && options.say === undefined
    ? inNotebook(notebook, options)
    : inLines(options);
}

function inNotebook(notebook: Notebook, { title = "search", aims }: ShowSearchOptions): SearchView {
  const id = `tunebook-${crypto.randomUUID()}`;
  let latest: SearchHistory | undefined;
  let isShown = false;
  let next = -Infinity;
  let drawing: Promise<void> | undefined;
  const draw = async () => {
    try {
      const shown = searchDisplay(latest!, { title, ...(aims === undefined ? {} : { aims }) });
      await notebook.show(await shown[jupyterDisplay](), { id, update: isShown });
      isShown = true;
      next = performance.now() + restMilliseconds;
    } catch (error) {
      // A picture that cannot be drawn must not end a search.
      if (next !== Infinity) console.error(`the search cannot be shown: ${error}`);
      next = Infinity;
    }
  };
  return {
    update(history) {
      latest = history;
      if (drawing || performance.now() < next) return;
      drawing = draw().finally(() => drawing = undefined);
    },
    async end() {
      await drawing;
      if (latest !== undefined) await draw();
    },
  };
}

function inLines(options: ShowSearchOptions): SearchView {
  const { say: write = say } = options;
  const told = new Set<number>();
  return {
    update(history) {
      const ended = history.trials.filter(({ number, state }) =>
        state !== "pending" && !told.has(number)
      );
      for (const trial of ended) {
        told.add(trial.number);
        write(trialLine(trial, history, aimNames("showSearch", history, options)));
      }
    },
    end: () => Promise.resolve(),
  };
}

/** An ended trial in a line: what came of it, and what was tried. */
export function trialLine(
  trial: Trial,
  history: SearchHistory,
  names: readonly string[],
): string {
  const { number, state, values, point, reports } = trial;
  const titles = dimensionTitles(history.dimensions);
  const tried = history.dimensions.filter(({ name }) => Object.hasOwn(point, name))
    .map((dimension) => `${titles.get(dimension)} ${valueText(dimension, point[dimension.name])}`);
  const isBest = names.length === 1 && bestTrials(history)[0]?.number === number;
  const what = state === "complete"
    ? names.map((name, aim) => `${name} ${numberText(values![aim])}`).join(", ") +
      (isBest ? ", the best so far" : "")
    : state === "pruned" && reports.length > 0
    ? `pruned at step ${reports.at(-1)![0]} with ${numberText(reports.at(-1)![1])}`
    : state;
  return `trial ${number}: ${what} · ${tried.join(", ")}`;
}
