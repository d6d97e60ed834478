/**
 * Sessions in a thread of their own. ONNX Runtime's binding blocks the thread that runs a session
 * until it has ended; with the runtime in another thread, a program hears signals during a long step
 * and can leave it behind.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import { once } from "../../core/once.ts";
import type { TypedArray } from "../tf.ts";
import type { Session } from "./session.ts";
import type { Request, SentTensor, WorkerReply } from "./runtime_worker.ts";

type Results = Readonly<Record<string, SentTensor>>;
type Question = Request extends infer Each ? Each extends Request ? Omit<Each, "id"> : never
  : never;

/** The thread; it lives while a session is open in it. */
interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<Results>>;
  readonly open: Set<number>;
  /** Runs in flight that nobody waits for any more. */
  left: number;
}

let thread: Thread | undefined;
let lastNumber = 0;
/** Releases that nobody waits for. */
const leftBehind = new Set<Promise<void>>();

/** Opens a session in the thread, as `ort.InferenceSession.create` does in this one. */
export async function openInThread(
  bytes: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
): Promise<Session> {
  const at = thread ??= startThread();
  const session = ++lastNumber;
  at.open.add(session);
  const close = () => {
    at.open.delete(session);
    if (at.open.size > 0) return;
    if (thread === at) thread = undefined;
    at.worker.terminate();
  };
  try {
    await ask(at, { kind: "open", session, bytes, options } as Question);
  } catch (error) {
    close();
    throw error;
  }
  return {
    async run(feeds, fetches, signal) {
      if (signal?.aborted) throw interruption();
      const answer = ask(at, {
        kind: "run",
        session,
        feeds: mapped(feeds, sentOf),
        fetches: mapped(fetches, (tensor) => tensor && sentOf(tensor)),
      } as Question);
      const results = await unlessAborted(answer, signal).catch((error) => {
        if (isInterruption(error)) {
          at.left++;
          void answer.catch(() => {}).finally(() => at.left--);
        }
        throw error;
      });
      return mapped(
        results,
        ({ type, data, dims }) => new ort.Tensor(type as "float32", data as Float32Array, dims),
      );
    },
    release: once(async () => {
      const released = ask(at, { kind: "release", session } as Question).then(close, close);
      if (at.left === 0) return await released;
      // The thread takes one thing after another; memory is freed when it has ended what was left.
      leftBehind.add(released);
      void released.finally(() => leftBehind.delete(released));
    }),
  };
}

/** Resolves when all that was left behind has ended, with the number of sessions that were. */
export async function endOfLeftBehind(): Promise<number> {
  return (await Promise.all(leftBehind)).length;
}

function startThread(): Thread {
  const worker = new Worker(new URL("./runtime_worker.ts", import.meta.url), { type: "module" });
  const waiting: Thread["waiting"] = new Map();
  worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) asked?.reject(new Error(data.error));
    else asked?.resolve(data.results);
  };
  const started: Thread = { worker, waiting, open: new Set(), left: 0 };
  worker.onerror = (event) => {
    event.preventDefault();
    if (thread === started) thread = undefined;
    for (const asked of waiting.values()) asked.reject(new Error(event.message));
    waiting.clear();
  };
  return started;
}

function ask({ worker, waiting }: Thread, question: Question): Promise<Results> {
  const id = ++lastNumber;
  const asked = Promise.withResolvers<Results>();
  waiting.set(id, asked);
  worker.postMessage({ id, ...question });
  return asked.promise;
}

/** The answer, or an error of kind "interrupted" as soon as the signal aborts. */
async function unlessAborted(answer: Promise<Results>, signal?: AbortSignal): Promise<Results> {
  if (!signal) return await answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(interruption());
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function sentOf({ type, data, dims }: ort.Tensor): SentTensor {
  return { type, data: data as TypedArray, dims };
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
