/**
 * Shows how far a comparison is: a bar of runs, or in a notebook the table as it fills.
 *
 * @module
 */
import { jupyterDisplay, type MimeBundle } from "../core/display.ts";
import { notebookHere } from "../core/notebook.ts";
import { showProgress } from "../core/progress.ts";
import type { Comparison } from "./comparison.ts";
import type { RunOptions } from "./run_options.ts";

/** Sees what happens in a comparison. */
export interface ComparisonView {
  /** What is being done now. */
  note(text: string): void;
  /** A run is over. */
  done(present: Comparison): Promise<void>;
  end(present: Comparison): Promise<void>;
}

/** The view that suits the place. */
export function viewOfComparison(
  { quiet, notebook = notebookHere() }: RunOptions,
  total: number,
): ComparisonView {
  if (quiet) {
    return { note() {}, done: () => Promise.resolve(), end: () => Promise.resolve() };
  }
  const progress = showProgress({ title: "comparing", total, unit: "runs" });
  const id = `tunebook-${crypto.randomUUID()}`;
  let [finished, isShown] = [0, false];
  const draw = async (present: Comparison) => {
    if (!notebook) return;
    const shown = present as unknown as Record<symbol, () => Promise<MimeBundle>>;
    try {
      await notebook.show(await shown[jupyterDisplay](), { id, update: isShown });
      isShown = true;
    } catch (error) {
      // A picture that cannot be drawn must not end a comparison.
      console.error(`the comparison cannot be shown: ${error}`);
    }
  };
  return {
    note: (text) => progress.update(finished, text),
    async done(present) {
      progress.update(++finished);
      await draw(present);
    },
    async end(present) {
      progress.end();
      if (!isShown) await draw(present);
    },
  };
}
