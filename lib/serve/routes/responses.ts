/**
 * `/v1/responses`: conversations, as OpenAI's newer clients ask for them. Nothing is stored: each request
 * brings what was said before.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { formatSchema, jsonSchema } from "../texts/answer_format.ts";
import { askedTools } from "../texts/asked_tools.ts";
import { beginTexts } from "../texts/begin_texts.ts";
import { chatInput } from "../texts/chat_prompt.ts";
import { collected } from "../texts/collected.ts";
import { eventStream } from "../texts/event_stream.ts";
import { ignoredFields, textAnswers } from "../texts/openai_fields.ts";
import { responseError, responseEvents } from "../texts/response_events.ts";
import { responseInput, responseMessages } from "../texts/response_items.ts";
import { outputItems, type ResponseHead, responseObject } from "../texts/response_object.ts";
import { drawingFields, samplingOptions, tokenLimit } from "../texts/sampling.ts";
import { newId } from "../texts/served_call.ts";
import { writingModel } from "./asked_model.ts";
import type { Route } from "./route.ts";

const mostTop = 20;
const logprobsField = "message.output_text.logprobs";

const body = z.strictObject({
  model: modelName,
  input: responseInput,
  instructions: z.string().nullish(),
  ...drawingFields,
  ...ignoredFields,
  seed: z.number().int().nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  tools: z.array(z.strictObject({
    type: z.literal("function"),
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  })).nullish(),
  tool_choice: z.union([
    z.enum(["auto", "none", "required"]),
    z.strictObject({ type: z.literal("function"), name: z.string() }),
  ], { error: 'must be auto, none, required or { type: "function", name }' }).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.strictObject({
    format: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({
        type: z.literal("json_schema"),
        name: z.string(),
        description: z.string().nullish(),
        schema: jsonSchema,
        strict: z.boolean().nullish(),
      }),
    ]).nullish(),
  }).nullish(),
  include: z.array(z.literal(logprobsField)).nullish(),
  top_logprobs: z.number().int().min(0).max(mostTop).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({}).nullish(),
  truncation: z.literal("disabled").nullish(),
  background: z.literal(false).nullish(),
}).openapi("ResponseRequest");

type ResponseRequest = z.infer<typeof body>;

const route = createRoute({
  method: "post",
  path: "/v1/responses",
  tags: ["texts"],
  summary: "Answers a conversation; nothing is stored.",
  request: jsonBody(body),
  responses: textAnswers("The answer; with `stream` as events."),
});

/** Answers conversations. */
export const responses: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const found = writingModel(parts, asked.model);
    const { tool_choice: choice } = asked;
    const { shown, calls, schema: forced } = askedTools({
      tools: (asked.tools ?? []).map(({ name, description, parameters }) => ({
        name,
        description: description ?? undefined,
        parameters: parameters ?? undefined,
      })),
      choice: typeof choice === "object" && choice ? { name: choice.name } : choice ?? "auto",
      several: asked.parallel_tool_calls ?? true,
      choiceField: "tool_choice",
    });
    const schema = formatSchema(asked.text?.format, {
      hasTools: calls !== undefined,
      calls: forced,
      field: "text.format",
    });
    const messages = responseMessages(asked.input, asked.instructions);
    const hasLogprobs = asked.top_logprobs != null || (asked.include ?? []).length > 0;
    const begun = await beginTexts(c, parts, found, {
      inputs: [asked.input],
      calls,
      requests: (textModel, common) =>
        textModel.requests([chatInput(textModel, found.model, messages, shown)], {
          ...common,
          ...samplingOptions(asked, textModel),
          ...tokenLimit(
            asked.max_output_tokens,
            "max_output_tokens",
            parts.settings,
            textModel.defaults,
          ),
          ...(hasLogprobs ? { logprobs: asked.top_logprobs ?? 0 } : {}),
          ...(schema ? { schema } : {}),
        }, () => "input"),
    });
    const head = headOf(asked, found.model.name);
    if (asked.stream) {
      const { quiet } = parts.settings;
      return await eventStream(c, responseEvents(begun, head), { quiet, failed: responseError });
    }
    const [answer] = await collected(begun);
    const { promptTokens } = begun;
    const output = outputItems(answer);
    return c.json(responseObject(head, { output, promptTokens, end: answer.end }), 200);
  });
};

/** What an answer repeats of its request. */
function headOf(asked: ResponseRequest, model: string): ResponseHead {
  return {
    id: newId("resp_"),
    created_at: Math.floor(Date.now() / 1000),
    model,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    metadata: asked.metadata ?? {},
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: null,
    store: false,
    temperature: asked.temperature ?? null,
    text: asked.text ?? { format: { type: "text" } },
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? null,
    truncation: "disabled",
    user: asked.user ?? null,
  };
}
