/**
 * Sets a notebook up.
 *
 * @module
 */
import { kernel } from "../core/kernel.ts";
import { keepOutputs } from "./keep_outputs.ts";
import { showTablesAndTensors } from "./shown_values.ts";
import { reportBackgroundErrors, surviveInterrupts } from "./survive.ts";

/** What became of a set-up. */
export interface NotebookSetup {
  /** Whether the program runs in a Jupyter kernel; elsewhere nothing was changed. */
  readonly isNotebook: boolean;
  /** What does not work as it should, in sentences; empty where all is well. */
  readonly warnings: readonly string[];
}

let done: NotebookSetup | undefined;

/** Sets the notebook up once; does nothing outside a kernel, and nothing the second time. */
export function setUpNotebook(): NotebookSetup {
  if (done) return done;
  const found = kernel();
  if (!found) return done = Object.freeze({ isNotebook: false, warnings: [] });
  const warning = keepOutputs(found);
  surviveInterrupts();
  reportBackgroundErrors(found);
  showTablesAndTensors();
  if (warning) console.warn(warning);
  return done = Object.freeze({ isNotebook: true, warnings: warning ? [warning] : [] });
}
