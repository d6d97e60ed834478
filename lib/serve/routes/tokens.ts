/**
 * `/tokens`: entities and tags of texts.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { TaggedText } from "../../tasks/token_classification/tag_answers.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { filledText, oneOrMany, textInput } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const place = {
  start: z.number().int().openapi({ description: "In UTF-16 code units of the text." }),
  end: z.number().int().openapi({ description: "Exclusive." }),
};
const span = z.object({ label: z.string(), text: z.string(), ...place, score: z.number() });
const word = z.object({
  text: z.string(),
  tag: z.string().nullable(),
  ...place,
  score: z.number(),
});
const answer = listAnswer(
  "Tags",
  z.object({ index: itemIndex, text: z.string(), spans: z.array(span), words: z.array(word) }),
);

function routeOf(settings: ServeSettings) {
  const text = filledText(settings);
  const words = z.strictObject({ words: z.array(textInput(settings)).min(1) });
  const input = z.union([text, words], { error: "must be a text or { words }" });
  return createRoute({
    method: "post",
    path: "/tokens",
    tags: ["tasks"],
    summary: "Marks entities and tags words.",
    request: jsonBody(
      z.strictObject({ model: modelName, input: oneOrMany(input, "a text or { words }", settings) })
        .openapi("Tag"),
    ),
    responses: jsonAnswer(answer, "Spans and words of each text."),
  });
}

/** Tags the words of texts. */
export const tokens: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["token-classification"]);
    const inputs = [input].flat().map((each) => typeof each === "string" ? each : each.words);
    const answers = await answersTo<TaggedText>(c, parts, model, inputs);
    const data = answers.map(({ text, spans, words }, index) => ({
      index,
      text,
      spans: [...spans],
      words: [...words],
    }));
    return c.json(listed(c, model, data), 200);
  });
};
