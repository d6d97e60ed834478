/**
 * Shows how far a comparison is: a bar of runs, or in a notebook the table as it fills.
 *
 * @module
 */
import { notebookHere } from "../../core/notebook.ts";
import { type Progress, showProgress } from "../../core/progress.ts";
import { say } from "../../core/say.ts";
import { type Comparison, comparisonDisplay } from "./comparison.ts";
import type { RunOptions } from "../run/run_options.ts";
import { timeText } from "../display/training_view.ts";

/** Sees what happens in a comparison. */
export interface ComparisonView {
  /** What is being done before the runs. */
  prepare(text: string): void;
  /** What is being done now, in the run after `finished` of `total`. */
  note(text: string, done: RunsDone): void;
  /** A run is over. */
  done(done: RunsDone): Promise<void>;
  end(): Promise<void>;
}

/** How many runs are over. */
export interface RunsDone {
  readonly finished: number;
  readonly total: number;
}

/** A picture takes some 20 ms; between two of them the comparison goes on. */
const restMilliseconds = 2000;

/** The view that suits the place. `present` gives the comparison as it stands. */
export function viewOfComparison(
  { quiet, notebook = notebookHere() }: RunOptions,
  present: () => Comparison,
): ComparisonView {
  if (quiet) {
    return { prepare() {}, note() {}, done: () => Promise.resolve(), end: () => Promise.resolve() };
  }
  return notebook ? inNotebook(notebook, present) : inTerminal();
}

function inTerminal(): ComparisonView {
  let progress: Progress | undefined;
  const started = (total: number) =>
    progress ??= showProgress({ title: "comparing", total, unit: "runs" });
  return {
    prepare: (text) => say(`${text} …`),
    note: (text, { finished, total }) => started(total).update(finished, text),
    done({ finished, total }) {
      started(total).update(finished);
      return Promise.resolve();
    },
    end() {
      progress?.end();
      return Promise.resolve();
    },
  };
}

function inNotebook(
  notebook: NonNullable<RunOptions["notebook"]>,
  present: () => Comparison,
): ComparisonView {
  const id = `tunebook-${crypto.randomUUID()}`;
  const began = performance.now();
  let isShown = false;
  let next = 0;
  let drawing: Promise<void> = Promise.resolve();
  const draw = async (status: string | undefined) => {
    try {
      await notebook.show(await comparisonDisplay(present(), status), { id, update: isShown });
      isShown = true;
    } catch (error) {
      // A picture that cannot be drawn must not end a comparison.
      if (next !== Infinity) console.error(`the comparison cannot be shown: ${error}`);
      next = Infinity;
    }
    if (next !== Infinity) next = performance.now() + restMilliseconds;
  };
  /** Draws after what is being drawn. */
  const later = (status?: string) => drawing = drawing.then(() => draw(status));
  const time = () => `${timeText((performance.now() - began) / 1000)} so far`;
  const now = (status: string) => {
    if (performance.now() < next) return;
    next = Infinity;
    drawing = drawing.then(async () => {
      next = 0;
      await draw(status);
    });
  };
  return {
    prepare: (text) => now(`${text} · ${time()}`),
    note: (text, { finished, total }) =>
      now(`${finished} of ${total} runs done · now ${text} · ${time()}`),
    done: ({ finished, total }) => later(`${finished} of ${total} runs done · ${time()}`),
    end: () => later(),
  };
}
