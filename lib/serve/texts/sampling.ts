/**
 * How tokens are chosen, as requests to write texts say it.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { RequestError } from "../../http/request_error.ts";
import type { ServeSettings } from "../serve_options.ts";

/** OpenAI's limits. */
const mostTemperature = 2;
const mostPenalty = 2;
const mostBias = 100;
/** OpenAI takes 4, and others more. */
const mostStops = 16;

const penalty = z.number().min(-mostPenalty).max(mostPenalty).nullish();
const stopText = z.string().min(1);

/** Where a text ends. */
export const stopTexts = z.array(stopText).max(mostStops, {
  error: `has more than ${mostStops} texts`,
});

/** The fields of Anthropic's and OpenAI's endpoints alike; `top_k` and `min_p` are llama.cpp's and vLLM's. */
export const drawingFields = {
  temperature: z.number().min(0).max(mostTemperature).nullish().openapi({
    description:
      "0 takes the likeliest token. What the model's files say unless given, else 0, or 1 where another " +
      "field draws tokens.",
  }),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.number().int().min(-1).nullish().openapi({ description: "0 and -1 keep all tokens." }),
  min_p: z.number().min(0).max(1).nullish().openapi({ description: "0 keeps all tokens." }),
  repetition_penalty: z.number().positive().nullish(),
};

/** The fields of OpenAI's older endpoints. */
export const openaiSamplingFields = {
  ...drawingFields,
  frequency_penalty: penalty,
  presence_penalty: penalty,
  logit_bias: z.record(
    z.string().regex(/^\d+$/, { error: "must be a token id" }),
    z.number().min(-mostBias).max(mostBias),
  ).nullish().openapi({ description: "Token id → what is added to its logit." }),
  seed: z.number().int().nullish(),
  stop: z.union([stopText, stopTexts], {
    error: `must be a text, or a list of ${mostStops} texts at most`,
  }).nullish(),
  n: z.number().int().min(1).max(128).nullish().openapi({
    description: "Answers; 1 unless given.",
  }),
};

type Given<Value> = Value | null | undefined;

/** What requests say of sampling. */
export interface SamplingFields {
  readonly temperature?: Given<number>;
  readonly top_p?: Given<number>;
  readonly top_k?: Given<number>;
  readonly min_p?: Given<number>;
  readonly repetition_penalty?: Given<number>;
  readonly frequency_penalty?: Given<number>;
  readonly presence_penalty?: Given<number>;
  readonly logit_bias?: Given<Readonly<Record<string, number>>>;
  readonly seed?: Given<number>;
  readonly stop?: Given<string | readonly string[]>;
  readonly n?: Given<number>;
}

/**
 * The options of a generation. A request that draws tokens but gives no temperature means 1, as OpenAI's and
 * Anthropic's servers have it, where the model's files say none; with a temperature of 0 nothing is drawn, so
 * that the fields which narrow a draw change nothing.
 *
 * Throws an error of status 400 for a bias of a token that the model lacks.
 */
export function samplingOptions(
  fields: SamplingFields,
  { defaults, tokenizer: { vocabSize } }: Pick<TextModel, "defaults" | "tokenizer">,
): GenerateOptions {
  const { temperature, n, stop, top_p, top_k, min_p } = fields;
  // What vLLM and llama.cpp call off; clients of theirs send it with each request.
  const [allByRank, allByShare] = [top_k != null && top_k <= 0, min_p === 0];
  const isNarrowed = top_p != null || (top_k != null && !allByRank) ||
    (min_p != null && !allByShare);
  const isAsked = isNarrowed || (n ?? 1) > 1;
  const drawn = isAsked && !(defaults.temperature! > 0) ? 1 : undefined;
  const isGreedy = temperature === 0;
  const draws = (temperature ?? drawn ?? defaults.temperature ?? 0) > 0;
  const unknown = Object.keys(fields.logit_bias ?? {}).find((id) => Number(id) >= vocabSize);
  if (unknown !== undefined) {
    const message = `logit_bias names the token ${unknown}; ids end at ${vocabSize - 1}`;
    throw new RequestError(400, message, { param: "logit_bias", code: "invalid_request" });
  }
  return withoutNulls({
    temperature: temperature ?? drawn,
    ...(draws
      ? {
        topP: top_p,
        // Off also where the model's files narrow a draw.
        topK: allByRank ? vocabSize : top_k,
        minP: allByShare ? Number.MIN_VALUE : min_p,
      }
      : {}),
    repetitionPenalty: fields.repetition_penalty,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    logitBias: fields.logit_bias,
    seed: fields.seed,
    stop: stop == null ? undefined : [stop].flat(),
    // Greedy answers are all the same, and each is asked by itself.
    answers: isGreedy ? undefined : n,
  });
}

/** The most tokens of an answer; an error of status 400 that names the field beyond the server's limit. */
export function tokenLimit(
  given: Given<number>,
  field: string,
  { maxNewTokens }: Pick<ServeSettings, "maxNewTokens">,
  defaults: Pick<GenerateOptions, "maxNewTokens">,
): GenerateOptions {
  if (given == null) {
    return (defaults.maxNewTokens ?? 0) > maxNewTokens ? { maxNewTokens } : {};
  }
  if (given <= maxNewTokens) return { maxNewTokens: given };
  const message = `${field} is ${given}, and this server writes ${maxNewTokens} tokens at most`;
  throw new RequestError(400, message, { param: field, code: "invalid_request" });
}

/** The fields that are given. */
export function withoutNulls(
  fields: Readonly<Record<keyof GenerateOptions | string, unknown>>,
): GenerateOptions {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
