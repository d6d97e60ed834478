/**
 * `/v1/models/{model}/card`: what is known of a model.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonAnswer } from "../schemas/json_answer.ts";
import type { ModelCard } from "../model_card.ts";
import type { Route } from "./route.ts";

const score = z.object({
  name: z.string().openapi({ example: "accuracy" }),
  value: z.number(),
  low: z.number().optional().openapi({ description: "Where its 95 % interval begins." }),
  high: z.number().optional().openapi({ description: "Where it ends." }),
});

const receipt = z.object({
  target: z.string().openapi({ example: "adapter" }),
  dtype: z.string().optional().openapi({ description: "The type of the files' numbers." }),
  rows: z.number().int().openapi({ description: "Held-out rows that were compared." }),
  largest_difference: z.number(),
  tolerance: z.number(),
  bytes: z.number().int().openapi({ description: "Of all files." }),
});

const answer = z.object({
  id: z.string(),
  object: z.literal("model.card"),
  facts: z.record(z.string(), z.string()),
  scores: z.array(score),
  receipts: z.array(receipt),
  text: z.string().optional().openapi({ description: "The README.md of its folder, as Markdown." }),
}).openapi("ModelCard");

const route = createRoute({
  method: "get",
  path: "/v1/models/{model}/card",
  tags: ["models"],
  summary: "What is known of a model: facts, scores with intervals, receipts, and its README.",
  request: { params: z.object({ model: z.string() }) },
  responses: jsonAnswer(answer, "The card; empty where nothing is known.", [401, 404]),
});

const empty: ModelCard = { facts: {}, scores: [], receipts: [] };

/** Shows what is known of a model. */
export const card: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const { model } = parts.find(c.req.valid("param").model);
    c.set("model", model);
    const { facts, scores, receipts, text } = await model.card?.() ?? empty;
    const shown = {
      id: model.name,
      object: "model.card" as const,
      facts: { ...facts },
      scores: [...scores],
      receipts: receipts.map(({ largestDifference, ...known }) => ({
        ...known,
        largest_difference: largestDifference,
      })),
      ...(text === undefined ? {} : { text }),
    };
    return c.json(shown, 200);
  });
};
