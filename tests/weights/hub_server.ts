/**
 * A small stand-in for the Hugging Face Hub and its content network, on two loopback ports.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What a request asked for. */
export interface SeenRequest {
  server: "hub" | "cdn";
  method: string;
  path: string;
  authorization: string | null;
  range: string | null;
}

/** A running stand-in. Tests change its fields between requests. */
export interface HubServer extends AsyncDisposable {
  /** Address of the hub. */
  readonly endpoint: string;
  /** The commit that every branch stands for. */
  commit: string;
  /** File name → content, of the only repository, `org/name`. */
  files: Record<string, string | Uint8Array>;
  /** Every request so far, in order. */
  readonly seen: SeenRequest[];
  /** Answers in place of the hub or the content network when it returns a response. */
  intercept?: (request: SeenRequest) => Response | undefined;
  /** Numbers of bytes after which the next downloads of large files break off. */
  breaks: number[];
  /** Whether the content network serves parts of files. */
  ranges: boolean;
}

/** The sha256 of a content in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The name that git gives to a content. */
export function gitHash(content: string | Uint8Array): string {
  const bytes = bytesOf(content);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Starts a hub. Files that end in `.safetensors` are large ones, served by the content network. */
export function startHub(files: Record<string, string | Uint8Array>): HubServer {
  const hub: HubServer = {
    endpoint: "",
    commit: "c".repeat(40),
    files,
    seen: [],
    breaks: [],
    ranges: true,
    async [Symbol.asyncDispose]() {
      await Promise.all([front.shutdown(), cdn.shutdown()]);
    },
  };
  const listen = (server: "hub" | "cdn", answer: (request: SeenRequest) => Response) =>
    Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {}, onError: fail }, (request) => {
      const seen: SeenRequest = {
        server,
        method: request.method,
        path: decodeURIComponent(new URL(request.url).pathname),
        authorization: request.headers.get("authorization"),
        range: request.headers.get("range"),
      };
      hub.seen.push(seen);
      return hub.intercept?.(seen) ?? answer(seen);
    });
  const cdn = listen("cdn", (request) => serveContent(hub, request));
  const front = listen("hub", (request) => serveFile(hub, request, cdn.addr.port));
  return Object.assign(hub, { endpoint: `http://127.0.0.1:${front.addr.port}` });
}

function serveFile(hub: HubServer, { method, path }: SeenRequest, cdnPort: number): Response {
  const rest = /^\/org\/name\/resolve\/(.+)$/.exec(path)?.[1];
  if (!rest) return notFound("RepoNotFound");
  const commit = { "x-repo-commit": hub.commit };
  const revision = ["main", "v1", "refs/pr/1", hub.commit]
    .find((known) => rest.startsWith(`${known}/`));
  if (!revision) return notFound("RevisionNotFound");
  const name = rest.slice(revision.length + 1);
  const content = hub.files[name];
  if (content === undefined) return notFound("EntryNotFound", commit);
  const bytes = bytesOf(content);
  if (!name.endsWith(".safetensors")) {
    const headers = { ...commit, etag: `"${gitHash(bytes)}"`, "content-length": `${bytes.length}` };
    return new Response(method === "HEAD" ? null : bytes, { headers });
  }
  const hash = sha256(bytes);
  return new Response(null, {
    status: 302,
    headers: {
      ...commit,
      location: `http://127.0.0.1:${cdnPort}/${name}?signature=x`,
      "x-linked-etag": `"${hash}"`,
      "x-linked-size": `${bytes.length}`,
      etag: `"of-the-redirect"`,
    },
  });
}

function serveContent(hub: HubServer, { path, range }: SeenRequest): Response {
  const bytes = bytesOf(hub.files[path.slice(1)]);
  const start = hub.ranges && range ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : 0;
  const rest = bytes.subarray(start);
  const headers: Record<string, string> = { "content-length": `${rest.length}` };
  if (start > 0) headers["content-range"] = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  const stop = hub.breaks.shift();
  const body = stop === undefined ? rest : breakingOff(rest.subarray(0, stop));
  return new Response(body, { status: start > 0 ? 206 : 200, headers });
}

/** A body that ends in a broken connection. */
export function breakingOff(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!sent) controller.enqueue(bytes);
      // The first bytes must be on their way before the connection breaks.
      else {
        await new Promise((wake) => setTimeout(wake, 50));
        controller.error(new Error("broken off"));
      }
      sent = true;
    },
  });
}

function notFound(code: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 404, headers: { ...headers, "x-error-code": code } });
}

function fail(): Response {
  return new Response(null, { status: 500 });
}

function bytesOf(content: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
}
