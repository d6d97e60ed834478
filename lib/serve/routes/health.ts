/**
 * `/health`: whether the process runs.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonAnswer } from "../schemas/json_answer.ts";
import type { Route } from "./route.ts";

const route = createRoute({
  method: "get",
  path: "/health",
  tags: ["server"],
  summary: "Whether the process runs; it does not ask a model.",
  responses: jsonAnswer(z.object({ status: z.literal("ok") }), "The process runs.", []),
});

/** Answers as long as the process runs. */
export const health: Route = (app) => {
  app.openapi(route, (c) => c.json({ status: "ok" as const }, 200));
};
