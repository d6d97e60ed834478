/**
 * Refuses new requests once a server is being stopped.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { type RunningRequests, stopping } from "../running_requests.ts";
import type { ServerEnv } from "../server_env.ts";

/**
 * Answers 503, `/health` and `/ready` apart, which say themselves how it stands. Clients are told to use the
 * connection no more, also with the answers to what had begun.
 */
export function refuseWhenStopping(running: RunningRequests) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    if (!running.isOpen && c.req.path !== "/health" && c.req.path !== "/ready") throw stopping();
    await next();
    if (!running.isOpen) c.header("Connection", "close");
  });
}
