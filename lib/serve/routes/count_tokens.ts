/**
 * `/v1/messages/count_tokens`: how many tokens a conversation has.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { anthropicErrorAnswers } from "../schemas/error_schema.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { anthropicMessages, conversationFields } from "../texts/anthropic_messages.ts";
import { anthropicTools } from "../texts/anthropic_tools.ts";
import { chatInput } from "../texts/chat_prompt.ts";
import { writingModel } from "./asked_model.ts";
import type { Route } from "./route.ts";

const route = createRoute({
  method: "post",
  path: "/v1/messages/count_tokens",
  tags: ["texts"],
  summary: "Counts the tokens of a conversation as the model reads it.",
  request: jsonBody(
    z.strictObject({ model: modelName, ...conversationFields }).openapi("CountTokensRequest"),
  ),
  responses: jsonAnswer(
    z.object({ input_tokens: z.number().int() }),
    "The number of tokens.",
    undefined,
    anthropicErrorAnswers,
  ),
});

/** Counts tokens. */
export const countTokens: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const { base, model } = writingModel(parts, asked.model);
    c.set("model", model);
    const textModel = await base.textModel(model);
    const { shown } = anthropicTools(asked);
    const input = chatInput(textModel, model, anthropicMessages(asked), shown);
    return c.json({ input_tokens: textModel.promptOf(input, "messages").length }, 200);
  });
};
