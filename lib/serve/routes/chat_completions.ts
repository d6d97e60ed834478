/**
 * `/v1/chat/completions`: conversations, as OpenAI's clients ask for them.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { RequestError } from "../../http/request_error.ts";
import { jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { formatSchema, jsonSchema } from "../texts/answer_format.ts";
import { askedTools, type ToolChoice } from "../texts/asked_tools.ts";
import { beginTexts } from "../texts/begin_texts.ts";
import { chatChunks, chatCompletion } from "../texts/chat_completion.ts";
import { chatInput } from "../texts/chat_prompt.ts";
import { chatMessage, chatMessages } from "../texts/chat_messages.ts";
import { collected } from "../texts/collected.ts";
import { eventStream } from "../texts/event_stream.ts";
import { ignoredFields, streamFields, textAnswers } from "../texts/openai_fields.ts";
import { openaiSamplingFields, samplingOptions, tokenLimit } from "../texts/sampling.ts";
import { streamError } from "../texts/stream_error.ts";
import { writingModel } from "./asked_model.ts";
import type { Route } from "./route.ts";

const mostTop = 20;

const tool = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish().openapi({
      description:
        "A call that tool_choice asks for always follows the schema; others are written freely.",
    }),
  }),
});

const body = z.strictObject({
  model: modelName,
  messages: z.array(chatMessage).min(1),
  ...openaiSamplingFields,
  ...streamFields,
  ...ignoredFields,
  max_completion_tokens: z.number().int().min(1).nullish(),
  max_tokens: z.number().int().min(1).nullish().openapi({ description: "Of one answer." }),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(mostTop).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.union([
    z.enum(["auto", "none", "required"]),
    z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: z.string() }) }),
  ], { error: 'must be auto, none, required or { type: "function", function: { name } }' })
    .nullish(),
  parallel_tool_calls: z.boolean().nullish().openapi({
    description: "False for one call at most.",
  }),
  response_format: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text") }),
    z.strictObject({ type: z.literal("json_object") }),
    z.strictObject({
      type: z.literal("json_schema"),
      json_schema: z.strictObject({
        name: z.string(),
        description: z.string().nullish(),
        schema: jsonSchema.nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
  ]).nullish(),
  modalities: z.array(z.literal("text")).nullish(),
}).openapi("ChatCompletionRequest");

const route = createRoute({
  method: "post",
  path: "/v1/chat/completions",
  tags: ["texts"],
  summary: "Answers a conversation.",
  request: jsonBody(body),
  responses: textAnswers("The answers; with `stream` as events, the last of which is `[DONE]`."),
});

/** Answers conversations. */
export const chatCompletions: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const found = writingModel(parts, asked.model);
    const { tools, logprobs } = asked;
    if (asked.top_logprobs && !logprobs) {
      throw new RequestError(400, "top_logprobs needs logprobs: true", { param: "top_logprobs" });
    }
    const offered = askedTools({
      tools: (tools ?? []).map(({ function: { name, description, parameters } }) => ({
        name,
        description: description ?? undefined,
        parameters: parameters ?? undefined,
      })),
      choice: choiceOf(asked.tool_choice),
      several: asked.parallel_tool_calls ?? true,
      choiceField: "tool_choice",
    });
    const format = asked.response_format;
    const schema = formatSchema(
      format?.type === "json_schema" ? { type: format.type, ...format.json_schema } : format,
      { hasTools: offered.calls !== undefined, calls: offered.schema, field: "response_format" },
    );
    const messages = chatMessages(asked.messages);
    const begun = await beginTexts(c, parts, found, {
      inputs: [asked.messages],
      calls: offered.calls,
      ...(asked.temperature === 0 && asked.n ? { copies: asked.n } : {}),
      requests: (textModel, common) =>
        textModel.requests([chatInput(textModel, found.model, messages, offered.shown)], {
          ...common,
          ...samplingOptions(asked, textModel),
          ...(asked.max_completion_tokens == null
            ? tokenLimit(asked.max_tokens, "max_tokens", parts.settings, textModel.defaults)
            : tokenLimit(
              asked.max_completion_tokens,
              "max_completion_tokens",
              parts.settings,
              textModel.defaults,
            )),
          ...(logprobs ? { logprobs: asked.top_logprobs ?? 0 } : {}),
          ...(schema ? { schema } : {}),
        }, () => "messages"),
    });
    const about = { model: found.model.name, hasLogprobs: logprobs === true };
    if (!asked.stream) return c.json(chatCompletion(await collected(begun), begun, about), 200);
    const withUsage = asked.stream_options?.include_usage ?? false;
    return await eventStream(c, chatChunks(begun, { ...about, withUsage }), {
      quiet: parts.settings.quiet,
      failed: streamError,
    });
  });
};

function choiceOf(
  given: z.infer<typeof body>["tool_choice"],
): ToolChoice {
  return typeof given === "object" && given !== null
    ? { name: given.function.name }
    : given ?? "auto";
}
