/**
 * How many threads the processor's steps take.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { launched } from "../../core/launched.ts";

/** The variable that says how many threads a step takes. */
const variable = "TUNEBOOK_THREADS";

/**
 * Threads of a step on the processor: what `TUNEBOOK_THREADS` says, else `undefined`, which is one
 * for each core; processes that were launched together share the cores. Where several programs share the cores, one thread each is faster: threads that
 * wait for one another keep their cores busy.
 *
 * @throws TunebookError of the kind `input` where the variable holds no whole number above 0
 *
 * @example
 * ```ts
 * import { processorThreads } from "./processor_threads.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(processorThreads(() => "1"), 1);
 * assert.equal(processorThreads(() => undefined), undefined);
 * ```
 */
export function processorThreads(
  read: (name: string) => string | undefined = readVariable,
): number | undefined {
  const text = read(variable);
  if (text === undefined || text === "") {
    const { localSize = 1 } = launched(read) ?? {};
    return localSize === 1
      ? undefined
      : Math.max(1, Math.floor(navigator.hardwareConcurrency / localSize));
  }
  const threads = Number(text);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new TunebookError(
    "input",
    `${variable} must be a whole number of threads, 1 or more, not "${text}"`,
  );
}

/** Asks nobody for permission: a program that may not read it has not set it either. */
function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
