/**
 * Inner parts of Deno's notebook kernel. Nothing here is documented: whoever uses them says what is
 * lost without them, and tests run them in the real kernel.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";

/** Shows the value of a cell that has ended well. */
export type ShowResult = (executionCount: number, result: unknown) => Promise<void>;

/** The kernel's inner functions for JavaScript. */
export interface InnerJupyter {
  broadcastResult?: ShowResult;
}

interface Internals {
  readonly jupyter?: InnerJupyter;
  readonly core?: { print?: (text: string, isError: boolean) => void };
}

function internals(): Internals {
  const deno = Deno as unknown as Record<symbol, Internals> & { internal: symbol };
  return deno[deno.internal] ?? {};
}

/** The object whose functions the kernel calls; they may be replaced. */
export function innerJupyter(): InnerJupyter | undefined {
  return internals().jupyter;
}

/** Writes a text as `console.log` does, without an end of line. */
export function innerPrint(): ((text: string, isError: boolean) => void) | undefined {
  return internals().core?.print;
}

/** What the kernel reads of an error that ended a cell. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/**
 * Calls `handle` before the kernel sends the error that ends a cell, and lets it change what is said of
 * it. The kernel asks the cell's thread to describe what was thrown, and that ends in
 * `JSON.stringify({ name, message, stack })`.
 */
export function onThrown(handle: (thrown: Thrown) => Thrown | void): void {
  const stringify = JSON.stringify;
  const described = ["name", "message", "stack"];
  JSON.stringify = ((value: unknown, ...rest: []) => {
    if (isRecord(value)) {
      const names = Object.keys(value);
      if (names.length === described.length && names.every((name, at) => name === described[at])) {
        return stringify(handle(value as unknown as Thrown) ?? value, ...rest);
      }
    }
    return stringify(value, ...rest);
  }) as typeof JSON.stringify;
}
