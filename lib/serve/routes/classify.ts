/**
 * `/classify`: labels of texts, of pairs of texts, and of images.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { RequestError } from "../../http/request_error.ts";
import { imageBytesOf, imageObject } from "../schemas/image_input.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { filledText, oneOrMany } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import type { ServedModel } from "../served_base.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const tasks = ["text-classification", "image-classification"];

const label = z.union([z.string(), z.array(z.string()), z.number()]).openapi({
  description: "The label; a list where several may fit; a number for a regression.",
});
const answer = listAnswer(
  "Classification",
  z.object({
    index: itemIndex,
    label,
    probabilities: z.record(z.string(), z.number()).openapi({
      description: "By label; for a regression the number itself.",
    }),
  }),
);

function routeOf(settings: ServeSettings) {
  const text = filledText(settings);
  const input = z.union([
    text,
    z.strictObject({ text, pair: text.optional() }),
    imageObject,
  ], { error: "must be a text, { text, pair } or { image }" });
  return createRoute({
    method: "post",
    path: "/classify",
    tags: ["tasks"],
    summary: "Labels texts or images.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        input: oneOrMany(input, "a text, { text, pair } or { image }", settings),
      }).openapi("Classify"),
    ),
    responses: jsonAnswer(answer, "One label for each input."),
  });
}

type ClassifyInput = string | { readonly text: string; readonly pair?: string | undefined } | {
  readonly image: string;
};

/** Labels texts and images. */
export const classify: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, tasks);
    const inputs = [input].flat().map((each, at) => inputOf(each, at, model));
    const answers = await answersTo<SaidLabel>(c, parts, model, inputs);
    const data = answers.map(({ label, probabilities }, index) => ({
      index,
      label: Array.isArray(label) ? [...label] : label as string | number,
      probabilities: { ...probabilities },
    }));
    return c.json(listed(c, model, data), 200);
  });
};

/** An input as `predict` takes it. */
function inputOf(input: ClassifyInput, at: number, { name, task: { task } }: ServedModel): unknown {
  const refused = (wants: string) => {
    const param = `input[${at}]`;
    return new RequestError(400, `${param} must be ${wants}, which is what ${name} labels`, {
      param,
      code: "invalid_input",
    });
  };
  if (task.input === "image") {
    if (typeof input === "string" || !("image" in input)) throw refused("an image, { image }");
    return imageBytesOf(input.image, `input[${at}].image`);
  }
  const isPair = typeof input !== "string" && "text" in input && input.pair !== undefined;
  if (task.settings.pair !== undefined) {
    if (!isPair) throw refused("two texts, { text, pair }");
    return [input.text, input.pair];
  }
  if (isPair || (typeof input !== "string" && !("text" in input))) throw refused("one text");
  return typeof input === "string" ? input : input.text;
}
