/**
 * `/watch`, `/watch.json` and `/labels`: how a model is, as a page and as JSON, and the labels that come later.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { RequestError } from "../../http/request_error.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import type { ServerParts } from "../server_parts.ts";
import type { Watch } from "../watch/open_watch.ts";
import type { Route } from "./route.ts";

const query = z.object({ model: modelName });
const statuses = [400, 401, 404] as const;
const tags = ["server"];

const asJson = createRoute({
  method: "get",
  path: "/watch.json",
  tags,
  summary: "The report of a model that is watched: latency, drift, accuracy, outliers, alarms.",
  request: { query },
  responses: jsonAnswer(
    z.record(z.string(), z.unknown()),
    "The report; it has no texts.",
    statuses,
  ),
});

/** Labels of a request at most. */
const mostLabels = 10_000;
const label = z.union([z.string(), z.array(z.string())]).openapi({
  description: "The true label; a list where several may fit.",
});
const labels = z.strictObject({
  model: modelName,
  labels: z.array(z.strictObject({
    id: z.string().min(1).openapi({ description: "The `x-request-id` of the answer." }),
    input: z.number().int().min(0).default(0).openapi({
      description: "Which input of that request, from 0.",
    }),
    label,
  })).min(1).max(mostLabels),
}).openapi("Labels");
const told = createRoute({
  method: "post",
  path: "/labels",
  tags,
  summary: "Tells true labels of answers that were given before.",
  request: jsonBody(labels),
  responses: jsonAnswer(
    z.object({ known: z.number().int(), unknown: z.number().int() }),
    "How many answers were found, and how many are not known (any more).",
  ),
});

/** A page of this server's own, with pictures in it and without scripts. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; " +
  "frame-ancestors 'none'";

/** Shows reports and takes labels. */
export const watched: Route = (app, parts) => {
  app.openapi(asJson, async (c) => {
    const { model } = c.req.valid("query");
    // Plain data, as its type has lists that nobody changes.
    return c.json(JSON.parse(JSON.stringify(await watchOf(parts, model).report())), 200);
  });
  app.get("/watch", async (c) => {
    const report = await watchOf(parts, c.req.query("model")).report();
    return c.html(await report.html(), 200, { "content-security-policy": policy });
  });
  app.openapi(told, (c) => {
    const { model, labels } = c.req.valid("json");
    const watch = watchOf(parts, model);
    const known = labels.filter(({ id, label, input }) => watch.label(id, label, input)).length;
    return c.json({ known, unknown: labels.length - known }, 200);
  });
};

/** The watch of a model; an error of status 404 where it is not watched. */
function watchOf(parts: ServerParts, name: string | undefined): Watch {
  const { model } = parts.find(name);
  const watch = parts.watches.get(model.name);
  if (watch) return watch;
  throw new RequestError(
    404,
    `${model.name} is not watched: its folder has no watch_profile.json, or watching is off`,
    { param: "model", code: "not_watched" },
  );
}
