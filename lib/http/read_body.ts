/**
 * Reads the body of a request within its limits, before anything looks at it.
 *
 * @module
 */
import type { HonoRequest } from "hono";
import { createMiddleware } from "hono/factory";
import { checkJsonDepth } from "./json_depth.ts";
import { RequestError } from "./request_error.ts";

/** How much a body may be, and how long it may take. */
export interface BodyLimits {
  /** The most bytes. */
  readonly maxBodyBytes: number;
  /** The most seconds until all of it has come. */
  readonly bodySeconds: number;
}

/** What a request carries on. */
interface BodyEnv {
  Variables: {
    /** When the whole request had come, as `performance.now()` says. */
    receivedAt: number;
  };
}

const jsonType = /^application\/json(?:\s*;\s*charset="?utf-?8"?)?\s*$/i;

/** Bodies of full size that all requests together may have in memory. */
const mostBodies = 8;
/** Seconds after which others may have been answered. */
const comeAgain = 1;

/**
 * Refuses bodies that are too large, come too slowly, are no JSON, no UTF-8, or nested too deep, and those that
 * come while the bodies of others fill the memory.
 */
export function readBody(limits: BodyLimits) {
  const room = mostBodies * limits.maxBodyBytes;
  let held = 0;
  return createMiddleware<BodyEnv>(async (c, next) => {
    if (c.req.method !== "POST") return await next();
    let own = 0;
    const hold = (bytes: number) => {
      if (held + bytes > room) {
        throw new RequestError(429, "the bodies of other requests fill the memory; come again", {
          code: "bodies_full",
          retryAfter: comeAgain,
          headers: { Connection: "close" },
        });
      }
      held += bytes;
      own += bytes;
    };
    try {
      if (!jsonType.test(c.req.header("content-type") ?? "")) {
        throw new RequestError(415, "the body must be JSON: Content-Type: application/json");
      }
      const text = decoded(await bytesOf(c.req, limits, hold));
      checkJsonDepth(text);
      // Where hono looks first; the stream itself is read.
      Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
      c.set("receivedAt", performance.now());
      await next();
    } finally {
      held -= own;
    }
  });
}

async function bytesOf(
  { raw }: HonoRequest,
  { maxBodyBytes, bodySeconds }: BodyLimits,
  hold: (bytes: number) => void,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new RequestError(413, `the body is larger than ${maxBodyBytes} bytes`, {
      code: "body_too_large",
      headers: { Connection: "close" },
    });
  if (Number(raw.headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  if (!raw.body) return new Uint8Array();
  const reader = raw.body.getReader();
  const { promise: late, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const tooSlow = () => {
    isLate = true;
    reject(
      new RequestError(408, `the body took longer than ${bodySeconds} seconds`, {
        code: "body_too_slow",
        headers: { Connection: "close" },
      }),
    );
  };
  const timer = setTimeout(tooSlow, bodySeconds * 1000);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (true) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return joined(chunks, bytes);
      bytes += value.length;
      if (bytes > maxBodyBytes) throw tooLarge();
      hold(value.length);
      chunks.push(value);
    }
  } catch (error) {
    // A read that waits ends with the connection; where it is cancelled Deno keeps its buffer for good.
    if (!isLate) void reader.cancel().catch(() => {});
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "the body broke off", { code: "body_broken", cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RequestError(400, "the body is no UTF-8", { code: "invalid_json", cause: error });
  }
}
