/**
 * A server that runs.
 *
 * @module
 */
import { customInspect } from "../core/display.ts";
import { TextBatches } from "../generate/text_batches.ts";
import { serverApp } from "./app.ts";
import { listen, urlOf } from "../http/listening.ts";
import { modelDirectory } from "./model_directory.ts";
import { requestBatches } from "./request_batches.ts";
import { runningRequests } from "./running_requests.ts";
import type { ServeSettings } from "./serve_options.ts";
import type { ServedBase } from "./served_base.ts";
import { serverMetrics } from "./server_metrics.ts";
import type { AnsweredRequest, ServerParts } from "./server_parts.ts";
import type { Watch } from "./watch/open_watch.ts";

/** A server that runs. */
export interface Server extends AsyncDisposable {
  /** Where it listens, `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly port: number;
  /** The names of its models. */
  readonly models: readonly string[];
  /** Settled when it has stopped. */
  readonly finished: Promise<void>;
  /**
   * Takes no new requests (503), finishes those that run, at most `stopSeconds` long, and frees the models.
   * Further calls wait for the same.
   */
  stop(): Promise<void>;
  toString(): string;
}

/** Seconds for the last answers to reach their clients. */
const closingSeconds = 5;

/** Starts a server, which disposes of the bases, and ends the watches by model, when it is stopped. */
export async function startServer(
  bases: readonly ServedBase[],
  settings: ServeSettings,
  watchers: readonly ((request: AnsweredRequest) => void)[] = [],
  watches: ReadonlyMap<string, Watch> = new Map(),
): Promise<Server> {
  const directory = modelDirectory(bases);
  const running = runningRequests();
  const batches = new Map(
    bases.map((base) => [
      base,
      requestBatches({
        ...settings,
        predict: (asked, signal) => base.predict(asked, signal),
        onBatch: (inputs) => metrics.batch(inputs),
      }),
    ]),
  );
  const texts = new TextBatches({ rows: settings.batchSize });
  const waiting = () =>
    [...batches.values()].reduce((sum, { waiting }) => sum + waiting, texts.waiting);
  const metrics = serverMetrics({
    waiting,
    running: () => running.count,
  });
  const parts: ServerParts = {
    ...directory,
    settings,
    get isReady() {
      return running.isOpen;
    },
    ask: async (asked, signal) => {
      const [first] = asked;
      if (!first) return [];
      const { base } = directory.find(first.model.name);
      return await batches.get(base)!.ask(asked, signal);
    },
    texts,
    async answered(request) {
      metrics.answered(request);
      const own = watches.get(request.model.name);
      own?.queued(waiting());
      for (const watch of watchers) {
        // An answer is not lost because somebody who watches cannot.
        try {
          watch(request);
        } catch (error) {
          console.error(`request ${request.id} could not be watched:`, error);
        }
      }
      await own?.answered(request);
    },
    watches,
    metrics: metrics.text,
  };
  const app = serverApp({ parts, running, metrics });
  const listening = await listen(app.fetch, settings);
  let stopped: Promise<void> | undefined;
  const stop = () =>
    stopped ??= (async () => {
      await running.close(settings.stopSeconds);
      const timer = setTimeout(() => listening.abort(), closingSeconds * 1000);
      await listening.shutdown();
      clearTimeout(timer);
      await listening.finished;
      for (const base of bases) await base.dispose();
      for (const watch of watches.values()) await watch[Symbol.asyncDispose]();
    })();
  settings.signal?.addEventListener("abort", () => void stop(), { once: true });
  if (settings.signal?.aborted) void stop();
  const { port } = listening;
  const url = urlOf({ host: settings.host, port });
  const models = directory.models.map(({ name }) => name);
  const inWords = () => `${models.join(", ")} at ${url}`;
  return Object.freeze({
    url,
    port,
    models,
    finished: listening.finished.then(() => stop()),
    stop,
    [Symbol.asyncDispose]: stop,
    toString: inWords,
    [customInspect]: inWords,
  });
}
