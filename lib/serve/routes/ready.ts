/**
 * `/ready`: whether requests are taken.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { stopping } from "../running_requests.ts";
import { jsonAnswer } from "../schemas/json_answer.ts";
import type { Route } from "./route.ts";

const answer = z.object({ status: z.literal("ready"), models: z.number().int() });
const route = createRoute({
  method: "get",
  path: "/ready",
  tags: ["server"],
  summary: "Whether requests are taken.",
  responses: jsonAnswer(answer, "Requests are taken.", [503]),
});

/** Answers 503 once the server is being stopped, so that a load balancer sends requests elsewhere. */
export const ready: Route = (app, parts) => {
  app.openapi(route, (c) => {
    if (!parts.isReady) throw stopping();
    return c.json({ status: "ready" as const, models: parts.models.length }, 200);
  });
};
