/**
 * Sets a notebook up.
 *
 * @module
 */
import { jupyterDisplay } from "../core/display.ts";
import { type JupyterKernel, kernel } from "../core/kernel.ts";
import { watchQueue } from "../core/queued_cell.ts";
import { describedValue } from "./described_values.ts";
import { keepOutputs } from "./keep_outputs.ts";
import { innerJupyter, innerPrint, onThrown } from "./kernel_internals.ts";
import { type Published, publishingAddress, subscribe } from "./published.ts";
import { showTablesAndTensors } from "./shown_values.ts";
import { silentCells } from "./silent_cells.ts";
import { stopQueue } from "./stop_queue.ts";
import { type Print, showStreams } from "./streams.ts";
import { reportBackgroundErrors, surviveInterrupts } from "./survive.ts";
import { toldError } from "./tell_errors.ts";

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
  const warning = setUp(found);
  if (warning) console.warn(warning);
  return done = Object.freeze({ isNotebook: true, warnings: warning ? [warning] : [] });
}

function setUp(kernel: JupyterKernel): string | undefined {
  const silent = silentCells();
  const { broadcast } = kernel;
  let published: Published | undefined;
  const opened = publishingAddress()
    .then((address) => address && subscribe({ broadcast }, address, silent.add))
    .then((found) => published = found)
    .catch(() => undefined);
  const print = printInto(kernel);
  showStreams(print);
  const say = (sentences: readonly string[]) => {
    for (const sentence of sentences) print(`${sentence}\n`, true);
  };
  showValues(async () => say(await silent.take()));
  const warning = keepOutputs(kernel, opened);
  const queue = stopQueue(() => published?.request());
  watchQueue(queue.isBehindStop);
  onThrown((thrown) => {
    say(silent.takeKnown());
    return toldError(thrown, queue.isBehindStop);
  });
  surviveInterrupts(queue.stop);
  reportBackgroundErrors(kernel);
  showTablesAndTensors();
  return warning;
}

/** Writes into the cell, in order with what the console writes where the kernel lets that be. */
function printInto(kernel: JupyterKernel): Print {
  return innerPrint() ??
    ((text, isError) =>
      void kernel.broadcast("stream", { name: isError ? "stderr" : "stdout", text }));
}

/** Shows values that the kernel shows badly, after what is left to say of earlier cells. */
function showValues(before: () => Promise<void>): void {
  const inner = innerJupyter();
  const showResult = inner?.broadcastResult;
  if (!inner || !showResult) return;
  inner.broadcastResult = async (executionCount, result) => {
    await before();
    const bundle = describedValue(result);
    await showResult(executionCount, bundle ? { [jupyterDisplay]: () => bundle } : result);
  };
}
