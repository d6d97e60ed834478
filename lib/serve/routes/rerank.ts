/**
 * `/rerank`: documents in the order in which they fit a query.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import type { Embedding } from "../../tasks/sentence_embeddings/examples.ts";
import { RequestError } from "../../http/request_error.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { filledText } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import type { ServedModel } from "../served_base.ts";
import type { ServerEnv } from "../server_env.ts";
import type { ServerParts } from "../server_parts.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const answer = z.object({
  id: z.string(),
  model: z.string(),
  results: z.array(z.object({
    index: z.number().int().openapi({ description: "Which document it is, from 0." }),
    relevance_score: z.number(),
    document: z.object({ text: z.string() }).optional(),
  })),
}).openapi("Ranking");

function routeOf(settings: ServeSettings) {
  const text = filledText(settings);
  return createRoute({
    method: "post",
    path: "/rerank",
    tags: ["tasks"],
    summary: "Orders documents by how well they fit a query, the best first.",
    description:
      "A model of vectors gives cosine similarities; one that gives a number for a pair of texts " +
      "gives that number.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        query: text,
        documents: z.array(text).min(1).max(settings.maxInputs),
        top_n: z.number().int().min(1).optional(),
        return_documents: z.boolean().default(false),
      }).openapi("Rerank"),
    ),
    responses: jsonAnswer(answer, "The documents by relevance."),
  });
}

/** Orders documents. */
export const rerank: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, query, documents, top_n, return_documents } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["sentence-embeddings", "text-classification"]);
    const scores = await scoresOf(c, parts, model, { query, documents });
    const results = scores.map((relevance_score, index) => ({
      index,
      relevance_score,
      ...(return_documents ? { document: { text: documents[index] } } : {}),
    })).sort((one, other) => other.relevance_score - one.relevance_score);
    return c.json(
      { id: c.get("requestId"), model: model.name, results: results.slice(0, top_n) },
      200,
    );
  });
};

async function scoresOf(
  c: Context<ServerEnv>,
  parts: ServerParts,
  model: ServedModel,
  { query, documents }: { readonly query: string; readonly documents: readonly string[] },
): Promise<number[]> {
  const { name, kind, settings } = model.task.task;
  if (name === "sentence-embeddings") {
    const inputs = [query, ...documents];
    const [first, ...others] = await answersTo<Embedding>(c, parts, model, inputs);
    return others.map((each) => cosine(first, each));
  }
  if (kind !== "regression" || settings.pair === undefined) {
    throw new RequestError(
      400,
      `${model.name} gives no number for a pair of texts, which ranks documents; ask /classify`,
      { param: "model", code: "wrong_task" },
    );
  }
  const pairs = documents.map((document) => [query, document]);
  return (await answersTo<SaidLabel>(c, parts, model, pairs)).map(({ label }) => Number(label));
}

/** The cosine of the angle between two vectors; 0 where one has no length. */
function cosine(one: Float32Array, other: Float32Array): number {
  const product = one.reduce((sum, each, at) => sum + each * other[at], 0);
  const lengths = Math.hypot(...one) * Math.hypot(...other);
  return lengths === 0 ? 0 : product / lengths;
}
