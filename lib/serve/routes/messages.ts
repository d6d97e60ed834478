/**
 * `/v1/messages`: conversations, as Anthropic's clients ask for them.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { anthropicErrorAnswers } from "../schemas/error_schema.ts";
import { jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { formatSchema } from "../texts/answer_format.ts";
import { anthropicError, anthropicEvents, anthropicMessage } from "../texts/anthropic_message.ts";
import { anthropicMessages, conversationFields } from "../texts/anthropic_messages.ts";
import { anthropicTools } from "../texts/anthropic_tools.ts";
import { beginTexts } from "../texts/begin_texts.ts";
import { chatInput } from "../texts/chat_prompt.ts";
import { collected } from "../texts/collected.ts";
import { eventStream } from "../texts/event_stream.ts";
import { textAnswers } from "../texts/openai_fields.ts";
import { drawingFields, samplingOptions, stopTexts, tokenLimit } from "../texts/sampling.ts";
import { writingModel } from "./asked_model.ts";
import type { Route } from "./route.ts";

const body = z.strictObject({
  model: modelName,
  ...conversationFields,
  ...drawingFields,
  max_tokens: z.number().int().min(1),
  stop_sequences: stopTexts.nullish(),
  stream: z.boolean().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  service_tier: z.enum(["auto", "standard_only"]).nullish(),
}).openapi("MessageRequest");

const route = createRoute({
  method: "post",
  path: "/v1/messages",
  tags: ["texts"],
  summary: "Answers a conversation, as Anthropic's servers do.",
  request: jsonBody(body),
  responses: textAnswers("The answer; with `stream` as events.", anthropicErrorAnswers),
});

/** Answers conversations. */
export const messages: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const found = writingModel(parts, asked.model);
    const { shown, schema: calls, calls: rules } = anthropicTools(asked);
    const schema = formatSchema(asked.output_config?.format, {
      hasTools: rules !== undefined,
      calls,
      field: "output_config.format",
    });
    const messages = anthropicMessages(asked);
    const begun = await beginTexts(c, parts, found, {
      inputs: [asked.messages],
      calls: rules,
      requests: (textModel, common) =>
        textModel.requests([chatInput(textModel, found.model, messages, shown)], {
          ...common,
          ...samplingOptions({ ...asked, stop: asked.stop_sequences }, textModel),
          ...tokenLimit(asked.max_tokens, "max_tokens", parts.settings, textModel.defaults),
          ...(schema ? { schema } : {}),
        }, () => "messages"),
    });
    const { name } = found.model;
    if (asked.stream) {
      const { quiet } = parts.settings;
      return await eventStream(c, anthropicEvents(begun, name), { quiet, failed: anthropicError });
    }
    const [answer] = await collected(begun);
    return c.json(anthropicMessage(answer, begun, name), 200);
  });
};
