/**
 * Keeps every output in its cell. From 2.8.2 on, the Deno kernel reports a cell as done before it
 * has sent all that the cell wrote; a notebook then loses the rest or shows it in a later cell. A
 * cell waits until its outputs were heard; where they cannot be heard, as long as they should take.
 * Neither the order nor the hooks used here are documented: tests run them in the real kernel.
 *
 * @module
 */
import { jupyterDisplay } from "../core/display.ts";
import type { JupyterKernel } from "../core/kernel.ts";
import { backlog } from "./backlog.ts";
import { innerJupyter, onThrown } from "./kernel_internals.ts";
import type { Published } from "./published.ts";

/**
 * Milliseconds of one wait. On a busy machine each of many short waits takes longer, and so the
 * whole gives the kernel's thread, which is as short of time, what it needs.
 */
const slice = 2;

/** The first version that reports a cell as done too early. */
const firstEarly = [2, 8, 2];

/** Whether a version of Deno reports a cell as done too early. */
export function isEarly(version: string): boolean {
  const parts = version.split(/[.+-]/).map(Number);
  for (const [place, first] of firstEarly.entries()) {
    if (parts[place] !== first) return parts[place] > first;
  }
  return true;
}

/**
 * Makes cells wait for their outputs, which `opened` hears. Returns what a person should know where
 * that is not possible, else `undefined`.
 */
export function keepOutputs(
  kernel: JupyterKernel,
  opened: Promise<Published | undefined>,
  version = Deno.version.deno,
): string | undefined {
  if (!isEarly(version)) return undefined;
  const inner = innerJupyter();
  const showResult = inner?.broadcastResult;
  if (!inner || !showResult) {
    return `Deno ${version} has changed: outputs of a cell may get lost or appear in a later cell. ` +
      "Deno 2.9.6 is known to work.";
  }
  const waiting = backlog();
  let published: Published | undefined;
  void opened.then((found) => published = found);
  countConsole(waiting.add);
  countCalls(kernel, ["broadcast"], waiting.add);
  countDisplays(kernel, waiting.add);
  inner.broadcastResult = async (executionCount, result) => {
    // A cell that ends with an import has the module's whole namespace as its value.
    const shown = isModule(result) ? undefined : result;
    await showResult(executionCount, measured(shown, waiting.add));
    if (shown !== undefined) waiting.add();
    await opened;
    const isSent = await published?.wait();
    published?.cellEnded();
    if (isSent) return;
    for (let slices = slicesOf(waiting.left); slices > 0; slices--) {
      await new Promise((resolve) => setTimeout(resolve, slice));
    }
  };
  onThrown(() => {
    const isSent = published?.block();
    published?.cellEnded();
    if (isSent) return;
    for (let slices = slicesOf(waiting.left); slices > 0; slices--) block(slice);
  });
  return undefined;
}

function isModule(value: unknown): boolean {
  return typeof value === "object" && Object.prototype.toString.call(value) === "[object Module]";
}

function slicesOf(milliseconds: number): number {
  return Math.ceil(milliseconds / slice);
}

type Count = (characters?: number) => void;

function countConsole(count: Count): void {
  const names = (Object.keys(console) as (keyof Console)[]).filter((name) =>
    typeof console[name] === "function"
  );
  countCalls(console, names, count);
}

function countCalls<Name extends string>(
  on: Partial<Record<Name, unknown>>,
  names: readonly Name[],
  count: Count,
): void {
  for (const name of names) {
    const call = on[name] as (...args: unknown[]) => unknown;
    on[name] = (...args: unknown[]) => {
      count(charactersOf(args));
      return call.apply(on, args);
    };
  }
}

function countDisplays(kernel: JupyterKernel, count: Count): void {
  const { display } = kernel;
  kernel.display = (value, options) => {
    count(options?.raw ? charactersOf(value) : 0);
    return display.call(kernel, options?.raw ? value : measured(value, count), options);
  };
}

/** The value; where it shows itself, the size of what it shows is counted before it is sent. */
function measured(value: unknown, count: Count): unknown {
  const display = (value as { [jupyterDisplay]?: unknown } | undefined | null)?.[jupyterDisplay];
  // The kernel asks objects only, so a function that has the method stays as it is.
  if (typeof value !== "object" || typeof display !== "function") return value;
  return {
    async [jupyterDisplay]() {
      const bundle = await display.call(value);
      count(charactersOf(bundle));
      return bundle;
    },
  };
}

/** Characters of the texts in a list or in a bundle of formats. */
function charactersOf(parts: unknown): number {
  if (typeof parts !== "object" || parts === null) return 0;
  return Object.values(parts).reduce(
    (sum, part) => sum + (typeof part === "string" ? part.length : 0),
    0,
  );
}

/** Stops this thread; the kernel sends from another. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
