/**
 * Stops the work for a request that nobody waits for any more.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { RequestError } from "../../http/request_error.ts";
import type { RunningRequests } from "../running_requests.ts";
import type { ServerEnv } from "../server_env.ts";
import { whenSent } from "../when_sent.ts";

/** Sets `signal`: aborted where the client has gone, the time is up, or the server gives up what runs. */
export function answerSignal(running: RunningRequests, answerSeconds: number) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const own = new AbortController();
    const timer = setTimeout(() => {
      const message = `the answer took longer than ${answerSeconds} seconds`;
      own.abort(new RequestError(504, message, { code: "timeout" }));
    }, answerSeconds * 1000);
    const onGone = () => own.abort();
    const onGivenUp = () => own.abort(running.signal.reason);
    const { signal: client } = c.req.raw;
    client.addEventListener("abort", onGone);
    running.signal.addEventListener("abort", onGivenUp);
    c.set("signal", own.signal);
    await next();
    // Deno aborts this one with every answer; a client that leaves a stream cancels its body.
    client.removeEventListener("abort", onGone);
    const sent = () => {
      clearTimeout(timer);
      running.signal.removeEventListener("abort", onGivenUp);
    };
    c.res = whenSent(c.res, sent, onGone);
  });
}
