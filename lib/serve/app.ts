/**
 * The server as a function of a request: what each request goes through, and its endpoints.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { errorBody } from "./error_body.ts";
import { answerSignal } from "./middleware/answer_signal.ts";
import { requireKey } from "./middleware/api_keys.ts";
import { checkHeaders } from "../http/check_headers.ts";
import { countRequests } from "./middleware/count_requests.ts";
import { crossOrigin } from "./middleware/cross_origin.ts";
import { readBody } from "../http/read_body.ts";
import { refuseWhenStopping } from "./middleware/refuse_when_stopping.ts";
import { requestId } from "./middleware/request_id.ts";
import { leaveOutNulls } from "./middleware/leave_out_nulls.ts";
import { methodsOf } from "./methods_of.ts";
import { RequestError, requestErrorOf } from "../http/request_error.ts";
import { routes } from "./routes/mod.ts";
import type { ServerApp } from "./routes/route.ts";
import type { RunningRequests } from "./running_requests.ts";
import { refuseSchema } from "./schemas/refuse_schema.ts";
import type { ServerEnv } from "./server_env.ts";
import type { ServerMetrics } from "./server_metrics.ts";
import type { ServerParts } from "./server_parts.ts";

/** What an app is made of. */
export interface AppParts {
  readonly parts: ServerParts;
  readonly running: RunningRequests;
  readonly metrics: ServerMetrics;
}

/** Makes the app. */
export function serverApp({ parts, running, metrics }: AppParts): ServerApp {
  const { settings } = parts;
  const { apiKeys, cors, answerSeconds, quiet } = settings;
  const app = new OpenAPIHono<ServerEnv>({ defaultHook: refuseSchema });
  app.use(
    "*",
    requestId,
    countRequests(running, metrics),
    checkHeaders,
    ...(cors.length > 0 ? [crossOrigin(cors)] : []),
    refuseWhenStopping(running),
    requireKey(apiKeys),
    answerSignal(running, answerSeconds),
    readBody(settings),
    leaveOutNulls,
  );
  for (const route of routes) route(app, parts);
  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path);
    if (allowed.length === 0) throw new RequestError(404, "there is no such endpoint; see /docs");
    const headers = { Allow: allowed.join(", ") };
    throw new RequestError(405, `this endpoint takes ${allowed.join(", ")}`, { headers });
  });
  app.onError((thrown, c) => {
    const id = c.get("requestId");
    const error = requestErrorOf(thrown, id);
    if (error.status >= 500) parts.watches.get(c.get("model")?.name ?? "")?.failed();
    if (error.status >= 500 && error.cause !== undefined && !quiet) {
      console.error(`request ${id} failed:`, error.cause);
    }
    return new Response(JSON.stringify(errorBody(error, c.req.path)), {
      status: error.status,
      headers: { "content-type": "application/json", ...error.headers },
    });
  });
  return app;
}
