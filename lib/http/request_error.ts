/**
 * What a request is refused with.
 *
 * @module
 */
import { HTTPException } from "hono/http-exception";
import { type ErrorKind, TunebookError } from "../core/errors.ts";
import { withoutPaths } from "./without_paths.ts";

/** What an error answer says beside its message. */
export interface RequestErrorOptions extends ErrorOptions {
  /** The field of the request that is wrong. */
  readonly param?: string | undefined;
  /** A word that a program can branch on, `model_not_found`. */
  readonly code?: string;
  /** When to come again, in seconds. */
  readonly retryAfter?: number;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that is told to the client as it is: its message names no path and no secret. */
export class RequestError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    { param, code, retryAfter, headers, ...options }: RequestErrorOptions = {},
  ) {
    super(message, options);
    this.name = "RequestError";
    this.status = status;
    this.param = param ?? null;
    this.code = code ?? null;
    this.headers = {
      ...headers,
      ...(retryAfter === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfter)) }),
    };
  }
}

/** Mistakes of the request. */
const clientKinds: readonly ErrorKind[] = ["input", "data", "unsupported"];

/** nginx's status of a request whose client has gone; nobody reads it but a log. */
const clientGone = 499;

/** Seconds after which memory may be free again. */
const memorySeconds = 5;

/**
 * Anything that was thrown as what the client is told. Mistakes of inputs are told in their own words but for
 * paths; what went wrong in the server is told by the request's number alone.
 */
export function requestErrorOf(thrown: unknown, requestId: string): RequestError {
  if (thrown instanceof RequestError) return thrown;
  const options = { cause: thrown };
  // hono's own, of a body that is no JSON.
  if (thrown instanceof HTTPException && thrown.status === 400) {
    return new RequestError(400, "the body is no JSON", { ...options, code: "invalid_json" });
  }
  if (thrown instanceof TunebookError) {
    const { kind, message } = thrown;
    if (clientKinds.includes(kind)) {
      const code = thrown.code ?? (kind === "unsupported" ? "unsupported" : "invalid_input");
      return new RequestError(400, withoutPaths(message), { ...options, code });
    }
    if (kind === "interrupted") {
      return new RequestError(clientGone, "the request was stopped", {
        ...options,
        code: "stopped",
      });
    }
    if (kind === "memory") {
      const message = "the machine ran out of memory; ask for less at once, or come again";
      return new RequestError(503, message, {
        ...options,
        code: "out_of_memory",
        retryAfter: memorySeconds,
      });
    }
  }
  const message = `the server could not answer; its log says why, under ${requestId}`;
  return new RequestError(500, message, { ...options, code: "server_error" });
}
