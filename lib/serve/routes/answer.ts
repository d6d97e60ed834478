/**
 * `/answer`: answers to questions about texts.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { QuestionAnswer } from "../../tasks/question_answering/question_answer.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { filledText, oneOrMany } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const span = {
  text: z.string(),
  start: z.number().int().openapi({ description: "In UTF-16 code units of the context." }),
  end: z.number().int().openapi({ description: "Exclusive." }),
  score: z.number(),
};
const item = z.object({
  index: itemIndex,
  ...span,
  is_answerable: z.boolean().openapi({
    description: "False where the context holds no answer; the text is empty then.",
  }),
  n_best: z.array(z.object(span)).openapi({ description: "The best texts of the context." }),
});

function routeOf(settings: ServeSettings) {
  const text = filledText(settings);
  const question = z.strictObject({ question: text, context: text }, {
    error: "must be { question, context }",
  });
  return createRoute({
    method: "post",
    path: "/answer",
    tags: ["tasks"],
    summary: "Answers questions from the text that comes with each.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        input: oneOrMany(question, "{ question, context }", settings),
      }).openapi("Ask"),
    ),
    responses: jsonAnswer(listAnswer("Answers", item), "One answer for each question."),
  });
}

/** Answers questions. */
export const answer: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["question-answering"]);
    const answers = await answersTo<QuestionAnswer>(c, parts, model, [input].flat());
    const data = answers.map(({ text, start, end, score, isAnswerable, nBest }, index) => ({
      index,
      text,
      start,
      end,
      score,
      is_answerable: isAnswerable,
      n_best: nBest.map(({ text, start, end, score }) => ({ text, start, end, score })),
    }));
    return c.json(listed(c, model, data), 200);
  });
};
