/**
 * `/metrics`: the numbers of the server for Prometheus.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { errorAnswers } from "../schemas/error_schema.ts";
import type { Route } from "./route.ts";

const route = createRoute({
  method: "get",
  path: "/metrics",
  tags: ["server"],
  summary: "Requests, latencies, queue, batches, tokens and memory, as Prometheus reads them.",
  responses: {
    200: {
      description: "Prometheus' text format.",
      content: { "text/plain": { schema: z.string() } },
    },
    401: errorAnswers[401],
  },
});

/** Answers in Prometheus' text format. */
export const prometheus: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const { type, text } = await parts.metrics();
    return c.text(text, 200, { "content-type": type });
  });
};
