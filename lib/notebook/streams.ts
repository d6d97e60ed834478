/**
 * What is written to the standard streams by other ways than `console`. The kernel hears the console
 * only: texts that were written to `process.stdout` or `Deno.stdout` went to the server's terminal.
 *
 * @module
 */
import process from "node:process";

/** Writes a text into the cell. */
export type Print = (text: string, isError: boolean) => void;

type Write = (chunk: string | Uint8Array, ...rest: unknown[]) => unknown;

/** Sends what is written to standard output and standard error into the cell. */
export function showStreams(print: Print): void {
  show({ deno: Deno.stdout, node: process.stdout, isError: false }, print);
  show({ deno: Deno.stderr, node: process.stderr, isError: true }, print);
}

function show(
  { deno, node, isError }: {
    readonly deno: typeof Deno.stdout;
    readonly node: object;
    readonly isError: boolean;
  },
  print: Print,
): void {
  // A character may be cut by the end of a chunk.
  const decoder = new TextDecoder();
  const send = (chunk: string | Uint8Array) => {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text !== "") print(text, isError);
  };
  const sent = (chunk: Uint8Array) => {
    send(chunk);
    return chunk.byteLength;
  };
  replace(deno, {
    write: (chunk: Uint8Array) => Promise.resolve(sent(chunk)),
    writeSync: sent,
    // A program that asks would draw bars with a terminal's codes.
    isTerminal: () => false,
  });
  Object.defineProperty(deno, "writable", {
    configurable: true,
    value: new WritableStream<Uint8Array>({ write: send }),
  });
  const write: Write = (chunk, ...rest) => {
    send(chunk);
    const done = rest.findLast((each) => typeof each === "function") as (() => void) | undefined;
    if (done) queueMicrotask(done);
    return true;
  };
  replace(node, { write, isTTY: false });
}

function replace(object: object, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(object, name, { configurable: true, writable: true, value });
  }
}
