/**
 * Counts requests, and knows which are running.
 *
 * @module
 */
import { routePath } from "hono/route";
import { createMiddleware } from "hono/factory";
import type { RunningRequests } from "../running_requests.ts";
import type { ServerEnv } from "../server_env.ts";
import type { ServerMetrics } from "../server_metrics.ts";
import { whenSent } from "../when_sent.ts";

/** Where requests of no endpoint are counted. */
const noRoute = "none";

/** Counts each request when its answer is on its way, streams when they end. */
export function countRequests(running: RunningRequests, metrics: ServerMetrics) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const start = performance.now();
    const end = running.begin();
    await next();
    const path = routePath(c, -1);
    const counted = {
      route: path.includes("*") ? noRoute : path,
      status: c.res.status,
      model: c.get("model")?.name ?? "",
    };
    c.res = whenSent(c.res, () => {
      metrics.request({ ...counted, seconds: (performance.now() - start) / 1000 });
      end();
    });
  });
}
