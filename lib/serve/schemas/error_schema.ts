/**
 * Error answers as the OpenAPI page tells of them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
}).openapi("Error");

const anthropicErrorSchema = z.object({
  type: z.literal("error"),
  error: z.object({ type: z.string(), message: z.string() }),
}).openapi("AnthropicError");

/** Descriptions with the schema of the endpoint's errors. */
function answersOf<Schema extends z.ZodType>(schema: Schema) {
  const answer = (description: string) => ({
    description,
    content: { "application/json": { schema } },
  });
  return {
    400: answer("The request makes no sense; the message says all that is wrong with it."),
    401: answer("The server asks for a key."),
    404: answer("There is no such model."),
    408: answer("The body took too long."),
    413: answer("The body is too large."),
    415: answer("The body is no JSON."),
    429: answer("Too many inputs wait; Retry-After says when to come again."),
    500: answer("The server could not answer."),
    503: answer("The server is being stopped, or has no memory left."),
    504: answer("The answer took too long."),
  } as const;
}

/** The error answers by status. */
export const errorAnswers = answersOf(errorSchema);

/** The same of endpoints that are asked as Anthropic's are. */
export const anthropicErrorAnswers = answersOf(anthropicErrorSchema);
