/**
 * Knows when the kernel has sent what a cell wrote. A subscriber of our own hears all messages as
 * the notebook does, one after the other; when it hears a mark, everything before the mark was
 * handed to the notebook's connection too. However busy the machine is, nothing is guessed.
 *
 * @module
 */
import type { JupyterKernel } from "../core/kernel.ts";
import {
  places,
  requestPlaces,
  type SilentCell,
  states,
  type Subscription,
} from "./published_worker.ts";
import type { CellRequest } from "./stop_queue.ts";

/** Where a kernel publishes its messages. */
export type PublishingAddress = Pick<Subscription, "hostname" | "port">;

/** Waits for what was written. */
export interface Published {
  /** Resolves when all that was written before is sent; to `false` where that cannot be known. */
  wait(): Promise<boolean>;
  /** The same, while this thread stands still. */
  block(): boolean;
  /** The request that the present cell answers, while this thread stands still. */
  request(): CellRequest | undefined;
  /** The present cell has ended, well or with an error that will be shown. */
  cellEnded(): void;
  /** Ends the subscription. */
  close(): void;
}

/** Milliseconds between two looks. */
const slice = 2;
/** Milliseconds without any message after which nobody waits any longer. */
const patience = 30_000;
/** Milliseconds that the subscriber may take to start. */
const startUp = 10_000;

/**
 * Subscribes; `undefined` where the kernel cannot be heard. `onSilentCell` is told of cells after which
 * the kernel said nothing at all.
 */
export async function subscribe(
  { broadcast }: Pick<JupyterKernel, "broadcast">,
  address: PublishingAddress,
  onSilentCell: (cell: SilentCell) => void = () => {},
): Promise<Published | undefined> {
  const told = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const request = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
  const id = crypto.randomUUID();
  const worker = new Worker(new URL("./published_worker.ts", import.meta.url), { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault();
    Atomics.store(told, places.state, states.ended);
  };
  worker.onmessage = ({ data }: { data: SilentCell }) => onSilentCell(data);
  worker.postMessage({ ...address, id, told, request } satisfies Subscription);
  const state = () => Atomics.load(told, places.state);
  const close = () => {
    Atomics.store(told, places.state, states.ended);
    worker.terminate();
  };
  let last = 0;
  // A message of widgets for a widget that nobody has: notebooks pass over it without a word.
  const mark = () => {
    void broadcast("comm_msg", { comm_id: id, data: { mark: ++last } });
    return last;
  };
  /** What is known of a mark, at each call: heard, never to be heard, or `undefined`. */
  const watch = (wanted: number) => {
    let heard = -1;
    let until = 0;
    return (): boolean | undefined => {
      if (Atomics.load(told, places.mark) >= wanted) return true;
      const messages = Atomics.load(told, places.messages);
      const now = performance.now();
      if (messages !== heard) [heard, until] = [messages, now + patience];
      return state() !== states.open || now > until ? false : undefined;
    };
  };
  for (let waited = 0; state() === states.opening && waited < startUp; waited += slice) {
    await sleep(slice);
  }
  const published: Published = {
    async wait() {
      const known = watch(mark());
      let answer = known();
      for (; answer === undefined; answer = known()) await sleep(slice);
      return answer;
    },
    block() {
      const known = watch(mark());
      let answer = known();
      for (; answer === undefined; answer = known()) {
        Atomics.wait(told, places.mark, Atomics.load(told, places.mark), slice);
      }
      return answer;
    },
    request() {
      if (!published.block()) return undefined;
      const askedAt = request[requestPlaces.date] + request[requestPlaces.behind];
      return Number.isFinite(askedAt)
        ? { number: request[requestPlaces.number], askedAt }
        : undefined;
    },
    cellEnded: () => void Atomics.add(told, places.ended, 1),
    close,
  };
  // The kernel registers a subscriber a little after the handshake: only a mark that is heard tells.
  for (let waited = 0; state() === states.open && waited < startUp; waited += 10 * slice) {
    mark();
    await sleep(10 * slice);
    if (Atomics.load(told, places.mark) > 0) return published;
  }
  close();
  return undefined;
}

/** Where the kernel of this process publishes; `undefined` where that cannot be found out. */
export async function publishingAddress(): Promise<PublishingAddress | undefined> {
  try {
    const file = /--conn[\0 =](.+?\.json)/.exec(await commandLine())?.[1];
    const { ip, transport = "tcp", iopub_port: port } = JSON.parse(await Deno.readTextFile(file!));
    return transport === "tcp" ? { hostname: ip, port } : undefined;
  } catch {
    return undefined;
  }
}

/** The command that started this process. */
async function commandLine(): Promise<string> {
  if (Deno.build.os === "linux") return await Deno.readTextFile("/proc/self/cmdline");
  const { stdout } = await new Deno.Command("ps", {
    args: ["-ww", "-o", "args=", "-p", String(Deno.pid)],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
