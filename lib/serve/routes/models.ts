/**
 * `/v1/models`: what can be asked, as OpenAI's clients list it.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonAnswer } from "../schemas/json_answer.ts";
import type { ServedModel } from "../served_base.ts";
import type { Route } from "./route.ts";

const modelSchema = z.object({
  id: z.string().openapi({ description: "The name in requests.", example: "reviews" }),
  object: z.literal("model"),
  created: z.number().int().openapi({ description: "Seconds since 1970." }),
  owned_by: z.string(),
  task: z.string().openapi({ example: "text-classification" }),
  kind: z.string().openapi({ example: "single" }),
  labels: z.array(z.string()),
  pair: z.literal(true).optional().openapi({ description: "There where an input is two texts." }),
  max_tokens: z.number().int().optional().openapi({
    description: "The most tokens that it reads of a text.",
  }),
}).openapi("Model");

const modelList = z.object({ object: z.literal("list"), data: z.array(modelSchema) });

const list = createRoute({
  method: "get",
  path: "/v1/models",
  tags: ["models"],
  summary: "The models of this server.",
  responses: jsonAnswer(modelList, "All models.", [401]),
});

const one = createRoute({
  method: "get",
  path: "/v1/models/{model}",
  tags: ["models"],
  summary: "One model.",
  request: { params: z.object({ model: z.string() }) },
  responses: jsonAnswer(modelSchema, "The model.", [401, 404]),
});

/** Lists models and shows one. */
export const models: Route = (app, parts) => {
  app.openapi(list, (c) => {
    return c.json({ object: "list" as const, data: parts.models.map(described) }, 200);
  });
  app.openapi(one, (c) => {
    const { model } = parts.find(c.req.valid("param").model);
    return c.json(described(model), 200);
  });
};

function described({ name, task, labels, created, maxTokens }: ServedModel) {
  return {
    id: name,
    object: "model" as const,
    created,
    owned_by: "tunebook",
    task: task.task.name,
    kind: task.task.kind as string,
    labels: [...labels],
    ...(task.task.settings.pair === undefined ? {} : { pair: true as const }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}
