/**
 * Refuses new requests once a server is being stopped.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { type RunningRequests, stopping } from "../running_requests.ts";
import type { ServerEnv } from "../server_env.ts";

/** Answers 503, `/health` and `/ready` apart, which say themselves how it stands. */
export function refuseWhenStopping(running: RunningRequests) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    if (!running.isOpen && c.req.path !== "/health" && c.req.path !== "/ready") throw stopping();
    await next();
  });
}
