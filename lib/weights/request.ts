/**
 * HTTP requests that follow redirects without taking the access token to another server.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { checkStopped, type Outcome, type Patience, retryAfter } from "./retry.ts";
import type { Progress, ProgressOptions } from "../core/progress.ts";

/** How to reach a server and what to say of its refusals. */
export interface Network extends Patience {
  /** Sent as a bearer token, only to the origin of the first URL. */
  readonly token?: string;
  /** Makes the display of a download. */
  progress(options: ProgressOptions): Progress;
  /** Says what a refusal means and what to do about it. */
  explain(response: Response, url: string): string;
}

/** A response and what happened on the way to it. */
export interface Answer {
  /** Its body is not read yet. */
  readonly response: Response;
  /** The URL after redirects. */
  readonly url: string;
}

/** What to ask for. */
export interface RequestOptions {
  method: "GET" | "HEAD";
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request. A network failure comes back as a failure that may pass, with its cause set. A
 * HEAD stops at a redirect that already names the file's checksum: the last server may not know it.
 */
export async function send(
  url: string,
  { method, headers = {}, signal }: RequestOptions,
  { token, signal: stop }: Pick<Network, "token" | "signal">,
): Promise<Outcome<Answer>> {
  const { origin } = new URL(url);
  for (let redirects = 0, at = url; redirects <= MAX_REDIRECTS; redirects++) {
    const authorization = token && new URL(at).origin === origin
      ? { authorization: `Bearer ${token}` }
      : undefined;
    checkStopped(stop);
    let response: Response;
    try {
      response = await fetch(at, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([signal, stop].filter((each) => each !== undefined)),
        // A compressed body would have another length and could not be resumed.
        headers: { "accept-encoding": "identity", ...headers, ...authorization },
      });
    } catch (error) {
      checkStopped(stop);
      return unreachable(at, error);
    }
    const location = response.headers.get("location");
    const named = method === "HEAD" && response.headers.has("x-linked-etag");
    if (!REDIRECTS.has(response.status) || !location || named) {
      return { value: { response, url: at } };
    }
    await response.body?.cancel();
    at = next(at, location);
  }
  throw new TunebookError("download", `${url} redirects more than ${MAX_REDIRECTS} times`);
}

/** The URL that a redirect leads to: never a local file, never from https to http. */
function next(at: string, location: string): string {
  const url = URL.canParse(location, at) ? new URL(location, at) : undefined;
  const downgraded = url?.protocol === "http:" && at.startsWith("https:");
  if (url && /^https?:$/.test(url.protocol) && !downgraded) return url.href;
  throw new TunebookError("download", `${at} redirects to ${location}, which is not https`);
}

/** A network failure, which may pass. Its cause tells it from a server's refusal. */
export function unreachable(url: string, error: unknown): Outcome<never> {
  const reason = error instanceof Error && error.cause ? error.cause : error;
  return {
    failure: new TunebookError(
      "download",
      `cannot reach ${url}: ${messageOf(reason)}`,
      { cause: error },
    ),
  };
}

/** Whether the server was never reached, so that a cached copy may stand in. */
export function isUnreachable(error: unknown): error is TunebookError {
  return error instanceof TunebookError && error.kind === "download" &&
    error.cause !== undefined;
}

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

/** Turns a refusal into a failure that may pass, or throws it when it will not. */
export async function refusal(
  { response, url }: Answer,
  { explain }: Pick<Network, "explain">,
): Promise<Outcome<never>> {
  await response.body?.cancel();
  const failure = new TunebookError("download", explain(response, url));
  const { status } = response;
  const passing = status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS ||
    status >= SERVER_ERROR;
  if (!passing) throw failure;
  return { failure, waitMilliseconds: retryAfter(response.headers) };
}
