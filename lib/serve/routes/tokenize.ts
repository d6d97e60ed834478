/**
 * `/tokenize`: the tokens of texts.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { oneOrMany, textInput } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import type { Route } from "./route.ts";

const item = z.object({
  index: itemIndex,
  count: z.number().int(),
  tokens: z.array(z.object({ id: z.number().int(), text: z.string() })),
  max_tokens: z.number().int().optional().openapi({
    description: "The most tokens that the model reads of a text; further ones are cut off.",
  }),
});

function routeOf(settings: ServeSettings) {
  return createRoute({
    method: "post",
    path: "/tokenize",
    tags: ["models"],
    summary: "The tokens of texts, with those that the model puts around them.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        input: oneOrMany(textInput(settings), "a text", settings),
      })
        .openapi("Tokenize"),
    ),
    responses: jsonAnswer(listAnswer("TokenLists", item), "The tokens of each text."),
  });
}

/** Cuts texts into tokens. */
export const tokenize: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input } = c.req.valid("json");
    const { base, model } = parts.find(name);
    c.set("model", model);
    const all = await Promise.all([input].flat().map((text) => base.tokens(model, text)));
    const data = all.map((tokens, index) => ({
      index,
      count: tokens.length,
      tokens: [...tokens],
      ...(model.maxTokens === undefined ? {} : { max_tokens: model.maxTokens }),
    }));
    return c.json(listed(c, model, data), 200);
  });
};
