/**
 * `import "tunebook/notebook"` in the first cell sets a notebook up: every output stays in its
 * cell, the stop button stops a training and keeps its state, errors in the background are shown.
 * Outside a notebook it does nothing.
 *
 * @module
 */
import { type NotebookSetup, setUpNotebook } from "./lib/notebook/set_up.ts";

export type { NotebookSetup };

/** What the import did. */
export const notebook: NotebookSetup = setUpNotebook();
