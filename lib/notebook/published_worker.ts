/**
 * A subscriber of the kernel's messages in a thread of its own, which reads however long a cell
 * keeps its thread busy; a kernel waits for slow readers. `published.ts` starts it. Speaks as much of
 * ZeroMQ's protocol (ZMTP 3.0, https://rfc.zeromq.org/spec/23) as a subscriber without passwords
 * needs.
 *
 * @module
 */

/** Where the kernel publishes, what marks begin with, and where the thread tells what it heard. */
export interface Subscription {
  readonly hostname: string;
  readonly port: number;
  /** The id that messages with marks carry. */
  readonly id: string;
  /** Shared: the last mark, messages so far (it wraps), and one of `states`. */
  readonly told: Int32Array<SharedArrayBuffer>;
}

/** Where in `told` each number is. */
export const places = { mark: 0, messages: 1, state: 2 } as const;
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

/** The next short frame; a long one is passed over, since no mark is long. */
async function nextFrame(input: Input): Promise<{ text: string; isLast: boolean }> {
  const [flag] = await input.take(1);
  const isLast = (flag & (flags.more | flags.command)) === 0;
  if (flag & flags.long) {
    const size = new DataView((await input.take(8)).buffer).getBigUint64(0);
    await input.skip(Number(size));
    return { text: "", isLast };
  }
  const [size] = await input.take(1);
  return { text: new TextDecoder().decode(await input.take(size)), isLast };
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
  await nextFrame(input);
  await send(conn, 0, 1, 1);
}

async function listen({ hostname, port, id, told }: Subscription): Promise<void> {
  try {
    using conn = await Deno.connect({ hostname, port });
    const input = new Input(conn);
    await shakeHands(conn, input);
    Atomics.store(told, places.state, states.open);
    while (true) {
      const { text, isLast } = await nextFrame(input);
      const mark = text.includes(id) ? /"mark":(\d+)/.exec(text) : null;
      if (mark) {
        Atomics.store(told, places.mark, Number(mark[1]));
        Atomics.notify(told, places.mark);
      }
      if (isLast) Atomics.add(told, places.messages, 1);
    }
  } catch {
    // The kernel ends, or is none that can be heard: then times are guessed instead.
    Atomics.store(told, places.state, states.ended);
    Atomics.notify(told, places.mark);
  }
}

(globalThis as unknown as { onmessage: (event: { data: Subscription }) => void }).onmessage = (
  { data },
) => void listen(data);
