/**
 * `/v1/completions`: texts that are gone on with, and translations and summaries of texts.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { TextRequest } from "../../generate/generate.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { textPrompt } from "../../tasks/shared/text_prompt.ts";
import { RequestError } from "../../http/request_error.ts";
import { jsonBody } from "../schemas/json_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { beginTexts } from "../texts/begin_texts.ts";
import { collected } from "../texts/collected.ts";
import { eventStream } from "../texts/event_stream.ts";
import { ignoredFields, streamFields, textAnswers } from "../texts/openai_fields.ts";
import { openaiSamplingFields, samplingOptions, tokenLimit } from "../texts/sampling.ts";
import { streamError } from "../texts/stream_error.ts";
import { completionChunks, textCompletion } from "../texts/text_completion.ts";
import { writingModel } from "./asked_model.ts";
import type { Route } from "./route.ts";

/** OpenAI takes 5. */
const mostLogprobs = 20;

const ids = z.array(z.number().int().min(0)).min(1);

const body = z.strictObject({
  model: modelName,
  prompt: z.union([z.string(), z.array(z.string()).min(1), ids, z.array(ids).min(1)], {
    error: "must be a text, token ids, or a list of either",
  }),
  ...openaiSamplingFields,
  ...streamFields,
  ...ignoredFields,
  max_tokens: z.number().int().min(1).nullish(),
  logprobs: z.number().int().min(0).max(mostLogprobs).nullish().openapi({
    description:
      "Log probabilities of the written tokens, and of so many of the likeliest beside each.",
  }),
  echo: z.boolean().nullish().openapi({ description: "Puts the prompt before the text." }),
  best_of: z.literal(1, { error: "must be 1: ask for n texts and choose among them" }).nullish(),
}).openapi("CompletionRequest");

const route = createRoute({
  method: "post",
  path: "/v1/completions",
  tags: ["texts"],
  summary: "Goes on with texts; translates or sums them up, where the model does that.",
  request: jsonBody(body),
  responses: textAnswers("The texts; with `stream` as events, the last of which is `[DONE]`."),
});

/** Goes on with texts. */
export const completions: Route = (app, parts) => {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const { logprobs, echo } = asked;
    if (echo && logprobs != null) {
      const message = "echo gives no logprobs of a prompt: leave one of them out";
      throw new RequestError(400, message, { param: "echo", code: "unsupported" });
    }
    const found = writingModel(parts, asked.model);
    const prompts = promptsOf(asked.prompt);
    const { maxInputs } = parts.settings;
    if (prompts.length > maxInputs) {
      const message = `prompt has ${prompts.length} texts, and ${maxInputs} are taken at once`;
      throw new RequestError(400, message, { param: "prompt", code: "invalid_request" });
    }
    const begun = await beginTexts(c, parts, found, {
      inputs: prompts,
      ...(asked.temperature === 0 && asked.n ? { copies: asked.n } : {}),
      requests: (textModel, common) => {
        const options = {
          ...common,
          ...samplingOptions(asked, textModel),
          ...tokenLimit(asked.max_tokens, "max_tokens", parts.settings, textModel.defaults),
          ...(logprobs == null ? {} : { logprobs }),
        };
        return prompts.map((prompt, at) =>
          requestFor(textModel, prompt, options, prompts.length > 1 ? `prompt[${at}]` : "prompt")
        );
      },
    });
    const about = {
      model: found.model.name,
      hasLogprobs: logprobs != null,
      echoed: echo ? prompts.map((prompt) => shownPrompt(begun.textModel, prompt)) : undefined,
      answers: asked.n ?? 1,
    };
    if (!asked.stream) return c.json(textCompletion(await collected(begun), begun, about), 200);
    const withUsage = asked.stream_options?.include_usage ?? false;
    return await eventStream(c, completionChunks(begun, { ...about, withUsage }), {
      quiet: parts.settings.quiet,
      failed: streamError,
    });
  });
};

type Prompt = string | readonly number[];

function promptsOf(prompt: z.infer<typeof body>["prompt"]): readonly Prompt[] {
  if (typeof prompt === "string") return [prompt];
  return typeof prompt[0] === "number" ? [prompt as number[]] : prompt as Prompt[];
}

/** A text is asked as the model's task asks it; models of conversations go on with the text itself. */
function requestFor(
  textModel: TextModel,
  prompt: Prompt,
  options: GenerateOptions,
  param: string,
): TextRequest {
  const { tokenizer } = textModel;
  if (typeof prompt === "string") {
    if (!textModel.inputOf) return textModel.requests([prompt], options, () => param)[0];
    return textModel.requestOf(textPrompt(prompt, { tokenizer }, param), options);
  }
  const refused = (message: string) =>
    new RequestError(400, message, { param, code: "invalid_request" });
  if (textModel.sourceOf("a") !== undefined) throw refused(`${param} must be a text`);
  const unknown = prompt.find((id) => id >= tokenizer.vocabSize);
  if (unknown === undefined) return textModel.requestOf(prompt, options);
  throw refused(`${param} has the token ${unknown}; ids end at ${tokenizer.vocabSize - 1}`);
}

function shownPrompt({ tokenizer }: TextModel, prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : tokenizer.decode(prompt);
}
