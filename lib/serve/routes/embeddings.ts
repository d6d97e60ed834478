/**
 * `/v1/embeddings`: vectors of texts, as OpenAI's clients ask for them.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Embedding } from "../../tasks/sentence_embeddings/examples.ts";
import { RequestError } from "../../http/request_error.ts";
import { cutVector } from "../cut_vector.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { filledText, oneOrMany } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import type { ServedModel } from "../served_base.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const vector = z.union([z.array(z.number()), z.string()]).openapi({
  description: "Numbers, or the base64 of their float32 values, little-endian.",
});
const answer = z.object({
  object: z.literal("list"),
  model: z.string(),
  data: z.array(
    z.object({ object: z.literal("embedding"), index: z.number().int(), embedding: vector }),
  ),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
}).openapi("Embeddings");

function routeOf(settings: ServeSettings) {
  return createRoute({
    method: "post",
    path: "/v1/embeddings",
    tags: ["OpenAI"],
    summary: "Vectors of texts.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        input: oneOrMany(filledText(settings), "a text", settings),
        encoding_format: z.enum(["float", "base64"]).default("float"),
        dimensions: z.number().int().min(1).optional().openapi({
          description: "Keeps the first numbers of each vector.",
        }),
        truncate_prompt_tokens: z.literal(-1, { error: "must be -1" }).optional().openapi({
          description:
            "-1 cuts texts that are too long for the model, which are refused otherwise.",
        }),
        user: z.string().optional(),
      }).openapi("Embed"),
    ),
    responses: jsonAnswer(answer, "One vector for each text."),
  });
}

/** Gives vectors. */
export const embeddings: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const asked = c.req.valid("json");
    const { model: name, input, encoding_format: format, dimensions } = asked;
    const { base, model } = modelFor(c, parts, name, ["sentence-embeddings"]);
    const texts = [input].flat();
    const counts = await Promise.all(texts.map((text) => base.tokens(model, text)));
    if (asked.truncate_prompt_tokens === undefined) refuseLong(counts, model, input);
    const read = counts.reduce(
      (sum, { length }) => sum + Math.min(length, model.maxTokens ?? length),
      0,
    );
    const usage = { read, written: 0 };
    const vectors = await answersTo<Embedding>(c, parts, model, texts, usage);
    const data = vectors.map((each, index) => {
      const cut = cutVector(each, dimensions);
      const embedding = format === "base64" ? base64Of(cut) : Array.from(cut);
      return { object: "embedding" as const, index, embedding };
    });
    return c.json({
      object: "list" as const,
      model: model.name,
      data,
      usage: { prompt_tokens: read, total_tokens: read },
    }, 200);
  });
};

/** What is behind the model's limit would change nothing, and nobody would know. */
function refuseLong(
  counts: readonly { readonly length: number }[],
  { name, maxTokens = Infinity }: Pick<ServedModel, "name" | "maxTokens">,
  input: string | readonly string[],
): void {
  const at = counts.findIndex(({ length }) => length > maxTokens);
  if (at < 0) return;
  const param = typeof input === "string" ? "input" : `input[${at}]`;
  throw new RequestError(
    400,
    `${param} has ${
      counts[at].length
    } tokens, and ${name} reads ${maxTokens}: cut the text, or send ` +
      "truncate_prompt_tokens: -1 to have it cut",
    { param, code: "context_length_exceeded" },
  );
}

/** Little-endian, as every machine that Deno runs on has numbers in memory. */
function base64Of(vector: Float32Array): string {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).toBase64();
}
