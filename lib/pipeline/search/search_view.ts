/**
 * Shows how far a search is: a line for each trial, or in a notebook the table as it fills.
 *
 * @module
 */
import process from "node:process";
import { notebookHere } from "../../core/notebook.ts";
import { type Progress, showProgress } from "../../core/progress.ts";
import { say } from "../../core/say.ts";
import { formatNumber } from "../display/format_number.ts";
import { timeText } from "../display/training_view.ts";
import type { RunOptions } from "../run/run_options.ts";
import { describeSuggestion } from "./describe_suggestion.ts";
import { costText, titleOfCost } from "./search_costs.ts";
import { foundDisplay, type ShownSearch } from "./found_display.ts";

/** Sees what happens in a search. */
export interface PlanSearchView {
  /** A trial begins. */
  begin(number: number): void;
  /** It took a step. */
  step(done: { readonly step: number; readonly totalSteps: number }): void;
  /** It is over; `left` is what is left of the budget. */
  done(number: number, left: string | undefined): Promise<void>;
  end(): Promise<void>;
}

/** A table takes some milliseconds; between two of them the search goes on. */
const restMilliseconds = 2000;

/** The view that suits the place. `present` gives the search as it stands. */
export function viewOfSearch(
  { quiet, notebook = notebookHere() }: RunOptions,
  present: () => ShownSearch & {
    readonly best?: { readonly number: number; readonly score: number };
  },
): PlanSearchView {
  if (quiet) {
    const nothing = () => Promise.resolve();
    return { begin() {}, step() {}, done: nothing, end: nothing };
  }
  return notebook ? inNotebook(notebook, present) : inTerminal(present);
}

function inTerminal(present: Parameters<typeof viewOfSearch>[1]): PlanSearchView {
  let [bar, title]: [Progress | undefined, string] = [undefined, ""];
  const endBar = () => {
    bar?.end();
    bar = undefined;
  };
  return {
    begin: (number) => void (title = `trial ${number}`),
    step({ step, totalSteps: total }) {
      // Lines of single steps would hide those of the trials.
      if (!process.stderr.isTTY) return;
      bar ??= showProgress({ title, total, unit: "steps", after: restMilliseconds });
      bar.update(step);
    },
    done(number, left) {
      endBar();
      say(lineOf(number, present(), left));
      return Promise.resolve();
    },
    end() {
      endBar();
      return Promise.resolve();
    },
  };
}

/** `trial 3  0.8713  lora rank 16, learning rate 0.00032 · 12 s · best 0.8790, trial 1 · 14:03 min left`. */
function lineOf(
  number: number,
  { trials, best, costs, history: { dimensions } }: ReturnType<Parameters<typeof viewOfSearch>[1]>,
  left: string | undefined,
): string {
  const { state, score, suggestion, reason, figures } = trials[number];
  const { seconds } = figures;
  return [
    `trial ${number}  ${score === undefined ? state : formatNumber(score)}  ${
      describeSuggestion(suggestion, dimensions)
    }`,
    ...costs.flatMap((cost) =>
      figures[cost] === undefined ? [] : [`${costText(figures[cost])} ${titleOfCost(cost)}`]
    ),
    ...(reason === undefined ? [] : [reason]),
    ...(seconds === undefined ? [] : [timeText(seconds)]),
    ...(best ? [`best ${formatNumber(best.score)}, trial ${best.number}`] : []),
    ...(left === undefined ? [] : [left]),
  ].join(" · ");
}

function inNotebook(
  notebook: NonNullable<RunOptions["notebook"]>,
  present: () => ShownSearch,
): PlanSearchView {
  const id = `tunebook-${crypto.randomUUID()}`;
  let isShown = false;
  let [next, status] = [0, ""];
  let drawing: Promise<void> = Promise.resolve();
  const draw = async (line: string | undefined) => {
    try {
      await notebook.show(foundDisplay(present(), line), { id, update: isShown });
      isShown = true;
      next = performance.now() + restMilliseconds;
    } catch (error) {
      // A table that cannot be shown must not end a search.
      if (next !== Infinity) console.error(`the search cannot be shown: ${error}`);
      next = Infinity;
    }
  };
  const later = (line?: string) => drawing = drawing.then(() => draw(line));
  return {
    begin(number) {
      const { trials, history: { dimensions } } = present();
      status = `trial ${number}: ${describeSuggestion(trials[number].suggestion, dimensions)}`;
      later(status);
    },
    step({ step, totalSteps }) {
      if (performance.now() < next) return;
      next = Infinity;
      drawing = drawing.then(() => {
        next = 0;
        return draw(`${status} · step ${step} of ${totalSteps}`);
      });
    },
    done: (_number, left) => later(left),
    end: () => later(),
  };
}
