/**
 * A client of HTTP/1.1 on a socket of its own. It sends bytes as they are, those of requests that break
 * every rule included, and tells a whole answer from one that broke off, which `fetch` hides.
 *
 * @module
 */

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  /** By names in small letters; the last one where a name is repeated. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The connection ended, or was silent too long, before the answer was whole. */
export class NoAnswer extends Error {
  /** How it ended: `silent` where the server neither answered nor closed in time. */
  readonly kind: "closed" | "silent";
  /** What had come of the answer. */
  readonly bytes: number;

  constructor(kind: "closed" | "silent", bytes: number) {
    super(`the connection was ${kind} after ${bytes} bytes of an answer`);
    this.name = "NoAnswer";
    this.kind = kind;
    this.bytes = bytes;
  }
}

/** An open connection. */
export interface HttpConnection extends Disposable {
  /** Sends bytes; throws `NoAnswer` where the server has closed. */
  send(bytes: Uint8Array): Promise<void>;
  /** Reads an answer; throws `NoAnswer` where none comes. */
  answer(): Promise<HttpAnswer>;
}

const readBytes = 65_536;
const usualSeconds = 60;
const endOfHead = new TextEncoder().encode("\r\n\r\n");
const latin = new TextDecoder("latin1");
const utf8 = new TextDecoder();

/** A request with a body of JSON, or without one. */
export function requestBytes(
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const text = body === undefined ? "" : JSON.stringify(body);
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const json = body === undefined
    ? ""
    : `content-type: application/json\r\ncontent-length: ${
      new TextEncoder().encode(text).length
    }\r\n`;
  const method = body === undefined ? "GET" : "POST";
  return new TextEncoder().encode(
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${own}${json}\r\n${text}`,
  );
}

/** Opens a connection to this machine. */
export async function openConnection(
  port: number,
  { seconds = usualSeconds }: { readonly seconds?: number } = {},
): Promise<HttpConnection> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  const room = new Uint8Array(readBytes);
  let bytes = new Uint8Array();
  let isSilent = false;
  const close = () => {
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  };
  const more = async () => {
    const read = await connection.read(room).catch(() => null);
    if (read === null) throw new NoAnswer(isSilent ? "silent" : "closed", bytes.length);
    const all = new Uint8Array(bytes.length + read);
    all.set(bytes);
    all.set(room.subarray(0, read), bytes.length);
    bytes = all;
  };
  const take = (length: number) => {
    const taken = bytes.subarray(0, length);
    bytes = bytes.slice(length);
    return taken;
  };
  const through = async (end: Uint8Array) => {
    let at = indexOf(bytes, end);
    for (; at < 0; at = indexOf(bytes, end)) await more();
    return latin.decode(take(at + end.length));
  };
  const exactly = async (length: number) => {
    while (bytes.length < length) await more();
    return take(length);
  };
  const read = async (): Promise<HttpAnswer> => {
    const [first, ...lines] = (await through(endOfHead)).trimEnd().split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }));
    if (headers.get("transfer-encoding") !== "chunked") {
      const length = Number(headers.get("content-length") ?? 0);
      return { status, headers, body: utf8.decode(await exactly(length)) };
    }
    const chunks: string[] = [];
    const text = new TextDecoder();
    while (true) {
      const size = parseInt(await through(endOfHead.subarray(0, 2)), 16);
      chunks.push(text.decode(await exactly(size), { stream: true }));
      await exactly(2);
      if (size === 0) return { status, headers, body: chunks.join("") };
    }
  };
  return {
    async send(all) {
      for (let at = 0; at < all.length;) {
        at += await connection.write(all.subarray(at)).catch(() => {
          throw new NoAnswer("closed", 0);
        });
      }
    },
    async answer() {
      isSilent = false;
      const timer = setTimeout(() => {
        isSilent = true;
        close();
      }, seconds * 1000);
      try {
        return await read();
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.dispose]: close,
  };
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
