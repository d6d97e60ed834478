/**
 * Stops the work for a request that nobody waits for any more.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { RequestError } from "../request_error.ts";
import type { RunningRequests } from "../running_requests.ts";
import type { ServerEnv } from "../server_env.ts";
import { whenSent } from "../when_sent.ts";

/** Sets `signal`: aborted where the client has gone, the time is up, or the server gives up what runs. */
export function answerSignal(running: RunningRequests, answerSeconds: number) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const late = new AbortController();
    const timer = setTimeout(() => {
      const message = `the answer took longer than ${answerSeconds} seconds`;
      late.abort(new RequestError(504, message, { code: "timeout" }));
    }, answerSeconds * 1000);
    c.set("signal", AbortSignal.any([c.req.raw.signal, late.signal, running.signal]));
    await next();
    c.res = whenSent(c.res, () => clearTimeout(timer));
  });
}
