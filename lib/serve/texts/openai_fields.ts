/**
 * Fields that OpenAI's endpoints for texts have in common.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { type anthropicErrorAnswers, errorAnswers } from "../schemas/error_schema.ts";

/** How an answer is sent. */
export const streamFields = {
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
};

/** What clients send that changes no text here: nothing is kept, and there is one tier of service. */
export const ignoredFields = {
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  store: z.literal(false, { error: "nothing is stored here: leave it out" }).nullish(),
  service_tier: z.enum(["auto", "default"]).nullish(),
  prompt_cache_key: z.string().nullish(),
  safety_identifier: z.string().nullish(),
};

/** An answer, whole or as events, in the words of the interface that is followed. */
export function textAnswers(
  description: string,
  errors: typeof errorAnswers | typeof anthropicErrorAnswers = errorAnswers,
) {
  return {
    200: {
      description,
      content: {
        "application/json": { schema: z.looseObject({ id: z.string() }) },
        "text/event-stream": { schema: z.string() },
      },
    },
    ...errors,
  };
}
