/**
 * Texts of a model that are judged in a thread of their own, where what takes too long can be ended.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { timerMilliseconds } from "../../core/timer_milliseconds.ts";
import type { RewardValue } from "../../nn/reward.ts";

/** What the thread is told: first what it judges by, then one text after the other. */
export type JudgeRequest = { readonly settings: unknown } | { readonly text: string };

/** How the thread that judges is spoken with. */
export interface JudgePort {
  onmessage: (event: MessageEvent<JudgeRequest>) => void;
  postMessage(reply: JudgeReply): void;
}

/** What it answers: that it is ready, a value, or why it cannot judge at all. */
export type JudgeReply =
  | { readonly ready: true }
  | { readonly value: RewardValue }
  | { readonly error: string };

/** Which texts are judged, and how. */
export interface JudgeApartOptions {
  /** The module of the thread. */
  readonly worker: URL;
  /** What it judges by. */
  readonly settings: unknown;
  readonly texts: readonly string[];
  /** For one text, once the thread is ready. */
  readonly timeoutSeconds: number;
  /** What a text is worth that takes longer. */
  readonly onTimeout: RewardValue;
  readonly signal?: AbortSignal;
}

/** One value for each text. After a text that took too long the next one gets a new thread. */
export async function judgeApart(options: JudgeApartOptions): Promise<RewardValue[]> {
  const { worker, settings, texts, timeoutSeconds, onTimeout, signal } = options;
  const values: RewardValue[] = [];
  let thread: Thread | undefined;
  try {
    for (const text of texts) {
      if (thread === undefined) {
        thread = new Thread(worker);
        await thread.ask({ settings }, signal);
      }
      const reply = await thread.ask({ text }, signal, timeoutSeconds);
      if (reply === undefined) {
        thread.end();
        thread = undefined;
      }
      values.push(reply !== undefined && "value" in reply ? reply.value : onTimeout);
    }
    return values;
  } finally {
    thread?.end();
  }
}

class Thread {
  readonly #worker: Worker;

  constructor(module: URL) {
    this.#worker = new Worker(module, { type: "module" });
  }

  /** The reply, or `undefined` when the seconds are over. */
  async ask(
    request: JudgeRequest,
    signal: AbortSignal | undefined,
    seconds?: number,
  ): Promise<JudgeReply | undefined> {
    if (signal?.aborted) throw interruption();
    const { promise, resolve, reject } = Promise.withResolvers<JudgeReply | undefined>();
    const stop = () => reject(interruption());
    const timer = seconds === undefined
      ? undefined
      : setTimeout(() => resolve(undefined), timerMilliseconds(seconds));
    signal?.addEventListener("abort", stop);
    this.#worker.onmessage = ({ data }: MessageEvent<JudgeReply>) => resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new TunebookError("input", messageOf(event.message)));
    };
    this.#worker.postMessage(request);
    try {
      const reply = await promise;
      if (reply !== undefined && "error" in reply) throw new TunebookError("input", reply.error);
      return reply;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  end(): void {
    this.#worker.terminate();
  }
}
