/**
 * A subscriber of the kernel's messages in a thread of its own, which reads however long a cell
 * keeps its thread busy; a kernel waits for slow readers. `published.ts` starts it. Speaks as much of
 * ZeroMQ's protocol (ZMTP 3.0, https://rfc.zeromq.org/spec/23) as a subscriber without passwords
 * needs.
 *
 * @module
 */

/** What the thread posts: the code of a cell that ended without a word. */
export interface SilentCell {
  readonly code: string;
}

/** Where the kernel publishes, what marks begin with, and where the thread tells what it heard. */
export interface Subscription {
  readonly hostname: string;
  readonly port: number;
  /** The id that messages with marks carry. */
  readonly id: string;
  /** Shared: the last mark, messages so far (it wraps), one of `states`, and cells that have ended. */
  readonly told: Int32Array<SharedArrayBuffer>;
  /**
   * Shared: the number of the last request, its date, and by how much the clock of whoever asked is
   * behind at most; milliseconds.
   */
  readonly request: Float64Array<SharedArrayBuffer>;
}

/** Where in `told` each number is. */
export const places = { mark: 0, messages: 1, state: 2, ended: 3 } as const;
/** Where in `request` each number is. */
export const requestPlaces = { number: 0, date: 1, behind: 2 } as const;
/** What becomes of a subscription. */
export const states = { opening: 0, open: 1, ended: 2 } as const;

const greetingBytes = 64;
const flags = { more: 1, long: 2, command: 4 } as const;

/** Reads a connection in pieces of known lengths. */
class Input {
  readonly #conn: Deno.Conn;
  readonly #chunk = new Uint8Array(1 << 16);
  #rest = this.#chunk.subarray(0, 0);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next bytes. */
  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    await this.#pass(count, (part, at) => taken.set(part, at));
    return taken;
  }

  /** Passes over the next bytes. */
  skip(count: number): Promise<void> {
    return this.#pass(count, () => {});
  }

  async #pass(count: number, use: (part: Uint8Array, at: number) => void): Promise<void> {
    for (let at = 0; at < count;) {
      if (this.#rest.length === 0) {
        const read = await this.#conn.read(this.#chunk);
        if (read === null) throw new Error("the kernel has closed the connection");
        this.#rest = this.#chunk.subarray(0, read);
      }
      const part = this.#rest.subarray(0, count - at);
      use(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
  }
}

/** Bytes of a frame that is read: heads of messages and marks are smaller. */
const mostRead = 4096;
/** The same where a cell's code stands in it. */
const mostCode = 1_000_000;

/** The next frame; one that is longer than `most` is passed over. */
async function nextFrame(input: Input, most: number): Promise<{ text: string; isLast: boolean }> {
  const [flag] = await input.take(1);
  const isLast = (flag & (flags.more | flags.command)) === 0;
  const size = flag & flags.long
    ? Number(new DataView((await input.take(8)).buffer).getBigUint64(0))
    : (await input.take(1))[0];
  if (size > most) {
    await input.skip(size);
    return { text: "", isLast };
  }
  return { text: new TextDecoder().decode(await input.take(size)), isLast };
}

/** What stands between routing and the message itself (Jupyter's wire protocol). */
const delimiter = "<IDS|MSG>";

/** The parts of a message that matter here, as JSON; of a frame that was passed over nothing. */
interface Message {
  readonly header: string;
  readonly parent: string;
  readonly content: string;
}

async function nextMessage(input: Input): Promise<Message> {
  const frames: string[] = [];
  const at = (place: number) => frames[frames.indexOf(delimiter) + place] ?? "";
  while (true) {
    const isContent = frames.at(-5) === delimiter;
    const holdsCode = isContent && at(2).includes('"execute_input"');
    const { text, isLast } = await nextFrame(input, holdsCode ? mostCode : mostRead);
    frames.push(text);
    if (isLast) return { header: at(2), parent: at(3), content: text };
  }
}

async function send(conn: Deno.Conn, ...bytes: readonly number[]): Promise<void> {
  const buffer = Uint8Array.from(bytes);
  for (let at = 0; at < buffer.length;) at += await conn.write(buffer.subarray(at));
}

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

/** Greets, says that it subscribes, and asks for everything. */
async function shakeHands(conn: Deno.Conn, input: Input): Promise<void> {
  const greeting = new Array<number>(greetingBytes).fill(0);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting.splice(12, 4, ...bytesOf("NULL"));
  await send(conn, ...greeting);
  await input.take(greetingBytes);
  const [name, property, value] = ["READY", "Socket-Type", "SUB"].map(bytesOf);
  const ready = [
    ...[name.length, ...name],
    ...[property.length, ...property],
    ...[0, 0, 0, value.length, ...value],
  ];
  await send(conn, flags.command, ready.length, ...ready);
  await nextFrame(input, mostRead);
  await send(conn, 0, 1, 1);
}

const dateOf = (header: string) => Date.parse(/"date":\s*"([^"]+)"/.exec(header)?.[1] ?? "");
const idOf = (header: string) => /"msg_id":\s*"([^"]+)"/.exec(header)?.[1];

/** Tells which request the present cell answers, and when it was made. */
function watchRequests(request: Subscription["request"]): (parent: string) => void {
  const { number, date, behind } = requestPlaces;
  request.set([0, NaN, Infinity]);
  let last: string | undefined;
  return (parent) => {
    const id = parent.includes('"execute_request"') ? idOf(parent) : undefined;
    if (id === undefined || id === last) return;
    last = id;
    request[date] = dateOf(parent);
    // A cell that waited for others started late; the one that started soonest tells the clocks.
    const difference = Date.now() - request[date];
    if (difference < request[behind]) request[behind] = difference;
    request[number]++;
  };
}

/** Finds cells that began and ended, and neither had a value, an error or an end of their own. */
function watchCells(
  told: Subscription["told"],
  post: (cell: SilentCell) => void,
): (message: Message) => void {
  let cell: { readonly id: string; readonly code: string; readonly ended: number } | undefined;
  return ({ header, parent, content }) => {
    if (header.includes('"execute_input"')) {
      const id = idOf(parent);
      const ended = Atomics.load(told, places.ended);
      cell = id && content ? { id, code: JSON.parse(content).code, ended } : undefined;
    } else if (!cell || idOf(parent) !== cell.id) return;
    else if (header.includes('"error"')) cell = undefined;
    else if (header.includes('"status"') && content.includes('"idle"')) {
      if (Atomics.load(told, places.ended) === cell.ended) post({ code: cell.code });
      cell = undefined;
    }
  };
}

async function listen(
  { hostname, port, id, told, request }: Subscription,
  post: (cell: SilentCell) => void,
): Promise<void> {
  const [noteRequest, noteCell] = [watchRequests(request), watchCells(told, post)];
  try {
    using conn = await Deno.connect({ hostname, port });
    const input = new Input(conn);
    await shakeHands(conn, input);
    Atomics.store(told, places.state, states.open);
    while (true) {
      const message = await nextMessage(input);
      noteRequest(message.parent);
      noteCell(message);
      const { content } = message;
      const mark = content.includes(id) ? /"mark":(\d+)/.exec(content) : null;
      if (mark) {
        Atomics.store(told, places.mark, Number(mark[1]));
        Atomics.notify(told, places.mark);
      }
      Atomics.add(told, places.messages, 1);
    }
  } catch {
    // The kernel ends, or is none that can be heard: then times are guessed instead.
    Atomics.store(told, places.state, states.ended);
    Atomics.notify(told, places.mark);
  }
}

const thread = globalThis as unknown as {
  onmessage: (event: { data: Subscription }) => void;
  postMessage(cell: SilentCell): void;
};
thread.onmessage = ({ data }) => void listen(data, (cell) => thread.postMessage(cell));
