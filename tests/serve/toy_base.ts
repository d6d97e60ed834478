/**
 * A served base without weights: it labels texts by their length, and keeps what it was asked.
 *
 * @module
 */
import { TunebookError } from "../../lib/core/errors.ts";
import { serveSettings } from "../../lib/serve/serve_options.ts";
import type { ServeOptions } from "../../lib/serve/serve_options.ts";
import { type Server, startServer } from "../../lib/serve/server.ts";
import type { Asked, ServedBase, ServedModel } from "../../lib/serve/served_base.ts";
import type { AnsweredRequest } from "../../lib/serve/server_parts.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";

/** A base with what it was asked. */
export interface ToyBase extends ServedBase {
  /** The batches so far, each with its inputs. */
  readonly batches: (readonly unknown[])[];
  readonly isDisposed: boolean;
  /** Batches wait from now on until `release`. */
  hold(): void;
  release(): void;
}

/** The text that the base refuses, and the one at which it breaks. */
export const refused = "refused";
export const broken = "broken";

const task = textClassification({ text: "text", label: "length" });

/** A base of models with these names. */
export function toyBase(...names: readonly string[]): ToyBase {
  const models = names.map((name): ServedModel => ({
    name,
    task: task.withLabels(["short", "long"]),
    labels: ["short", "long"],
    created: 1_700_000_000,
    maxTokens: 16,
  }));
  const batches: (readonly unknown[])[] = [];
  let isDisposed = false;
  let gate: PromiseWithResolvers<void> | undefined;
  return {
    reference: "file:/secret/folder/toy",
    models,
    batches,
    get isDisposed() {
      return isDisposed;
    },
    hold: () => gate = Promise.withResolvers(),
    release: () => gate?.resolve(),
    async predict(asked: readonly Asked[], signal: AbortSignal) {
      const inputs = asked.map(({ input }) => input as string);
      batches.push(inputs);
      const { promise: stopped, reject } = Promise.withResolvers<never>();
      const onAbort = () => reject(new TunebookError("interrupted", "stopped"));
      signal.addEventListener("abort", onAbort);
      if (gate) await Promise.race([gate.promise, stopped]);
      signal.removeEventListener("abort", onAbort);
      if (inputs.includes(refused)) {
        const row = inputs.indexOf(refused) + 1;
        throw new TunebookError("data", `input ${row} of /secret/folder/toy is refused`);
      }
      if (inputs.includes(broken)) throw new Error("no memory in /secret/folder");
      return inputs.map((text) => {
        const long = Math.min(1, text.length / 10);
        const label = long > 0.5 ? "long" : "short";
        return { text, label, probabilities: { short: 1 - long, long } };
      });
    },
    textModel: () => Promise.reject(new TunebookError("unsupported", "the toy writes no texts")),
    tokens: (_, text) =>
      Promise.resolve(text.split(" ").map((each) => ({ id: each.length, text: each }))),
    dispose() {
      isDisposed = true;
      return Promise.resolve();
    },
  };
}

/** Runs `work` with a server of the bases on a free port, and stops it. */
export async function withServer(
  bases: readonly ServedBase[],
  options: ServeOptions,
  work: (server: Server, answered: readonly AnsweredRequest[]) => Promise<void>,
): Promise<void> {
  const answered: AnsweredRequest[] = [];
  const settings = serveSettings({ port: 0, quiet: true, ...options });
  const server = await startServer(bases, settings, [(request) => answered.push(request)]);
  try {
    await work(server, answered);
  } finally {
    await server.stop();
  }
}

/** What an endpoint answered. */
export interface Answered {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly headers: Headers;
}

/** Posts JSON, or a text as it is. */
export async function post(
  { url }: Pick<Server, "url">,
  path: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Answered> {
  const answer = await fetch(`${url}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
  });
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

/** Gets JSON. */
export async function get(
  { url }: Pick<Server, "url">,
  path: string,
  init: RequestInit = {},
): Promise<Answered> {
  const answer = await fetch(`${url}${path}`, init);
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}
