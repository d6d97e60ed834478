/**
 * Requests that arrive together share a batch.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import { RequestError } from "../http/request_error.ts";
import type { Asked } from "./served_base.ts";

/** How inputs are answered, and how many at once. */
export interface RequestBatchesOptions {
  /** The most inputs of a batch that several requests share. */
  readonly batchSize: number;
  /** The most inputs that wait. */
  readonly maxQueue: number;
  /** One answer to each input. */
  predict(asked: readonly Asked[], signal: AbortSignal): Promise<unknown[]>;
  /** Told the inputs of each batch. */
  onBatch?(inputs: number): void;
}

/** Answers requests in batches. */
export interface RequestBatches {
  /** Inputs that wait. */
  readonly waiting: number;
  /** Answers the inputs of a request; an error of status 429 where too many wait. */
  ask(asked: readonly Asked[], signal: AbortSignal): Promise<unknown[]>;
}

/** A request that waits, or is being answered. */
interface Waiting {
  readonly asked: readonly Asked[];
  readonly signal: AbortSignal;
  resolve(answers: unknown[]): void;
  reject(error: unknown): void;
}

/** Seconds that a client is told to wait where nothing was measured yet. */
const firstWait = 1;
/** A client is told to wait no longer. */
const longestWait = 60;
/** The share of the last batch in the mean of seconds per input. */
const newest = 0.2;

/**
 * Takes what waits, at most `batchSize` inputs of whole requests, and asks once for all; who comes meanwhile
 * shares the next batch. A request whose signal is aborted leaves the queue, and a batch without anybody left
 * is stopped. Where a batch fails its requests are asked in halves, so that a bad input fails its own request.
 */
export function requestBatches(
  { batchSize, maxQueue, predict, onBatch }: RequestBatchesOptions,
): RequestBatches {
  const queue: Waiting[] = [];
  let waiting = 0;
  let isRunning = false;
  let secondsPerInput = 0;

  const leave = (request: Waiting) => {
    const at = queue.indexOf(request);
    if (at < 0) return;
    queue.splice(at, 1);
    waiting -= request.asked.length;
  };
  const take = (): Waiting[] => {
    const batch: Waiting[] = [];
    let inputs = 0;
    while (queue.length > 0) {
      const { asked } = queue[0];
      if (batch.length > 0 && inputs + asked.length > batchSize) break;
      inputs += asked.length;
      batch.push(queue.shift()!);
    }
    waiting -= inputs;
    return batch;
  };
  const run = async () => {
    isRunning = true;
    // Requests whose bytes are there already are read before a batch is taken.
    for (await nextTurn(); queue.length > 0; await nextTurn()) {
      const batch = take();
      const inputs = inputsOf(batch).length;
      onBatch?.(inputs);
      const start = performance.now();
      await answer(batch, predict);
      const seconds = (performance.now() - start) / 1000 / inputs;
      secondsPerInput += (seconds - secondsPerInput) * (secondsPerInput === 0 ? 1 : newest);
    }
    isRunning = false;
  };
  return {
    get waiting() {
      return waiting;
    },
    ask(asked, signal) {
      if (asked.length === 0) return Promise.resolve([]);
      if (signal.aborted) return Promise.reject(stopped(signal));
      if (waiting > 0 && waiting + asked.length > maxQueue) {
        const wait = secondsPerInput === 0 ? firstWait : secondsPerInput * waiting;
        return Promise.reject(
          new RequestError(429, `${waiting} inputs wait already; come again`, {
            code: "queue_full",
            retryAfter: Math.min(longestWait, Math.max(firstWait, wait)),
          }),
        );
      }
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
      const request: Waiting = { asked, signal, resolve, reject };
      const onAbort = () => {
        leave(request);
        reject(stopped(signal));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      queue.push(request);
      waiting += asked.length;
      if (!isRunning) void run();
      return promise.finally(() => signal.removeEventListener("abort", onAbort));
    },
  };
}

/** Answers the requests of a batch, or tells those that cannot be answered why. Never throws. */
async function answer(
  batch: readonly Waiting[],
  predict: RequestBatchesOptions["predict"],
): Promise<void> {
  const alive = batch.filter(({ signal }) => !signal.aborted);
  if (alive.length === 0) return;
  using everybody = untilAllHaveGone(alive);
  try {
    const answers = await predict(inputsOf(alive), everybody.signal);
    let at = 0;
    for (const { asked, resolve } of alive) resolve(answers.slice(at, at += asked.length));
  } catch (error) {
    if (everybody.signal.aborted) return;
    if (alive.length === 1) return alive[0].reject(error);
    const half = alive.length >> 1;
    await answer(alive.slice(0, half), predict);
    await answer(alive.slice(half), predict);
  }
}

/** A signal that is aborted when those of all requests are. */
function untilAllHaveGone(requests: readonly Waiting[]): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  let left = requests.length;
  const onAbort = () => {
    if (--left === 0) controller.abort();
  };
  for (const { signal } of requests) signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const { signal } of requests) signal.removeEventListener("abort", onAbort);
    },
  };
}

function inputsOf(batch: readonly Waiting[]): Asked[] {
  return batch.flatMap(({ asked }) => asked);
}

/** What was aborted with, where that says more than that it was. */
function stopped({ reason }: AbortSignal): unknown {
  return reason instanceof RequestError ? reason : interruption("the request was stopped");
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
