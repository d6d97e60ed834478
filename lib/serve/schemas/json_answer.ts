/**
 * Requests and answers in JSON, as routes tell of them.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { errorAnswers } from "./error_schema.ts";

/** Status 200 with JSON of a schema. */
export type JsonAnswer<Schema> = {
  readonly 200: {
    readonly description: string;
    readonly content: { readonly "application/json": { readonly schema: Schema } };
  };
};

/**
 * What a route answers: JSON of that schema, or an error of one of the statuses, of all unless given. Handlers
 * throw their errors, so that the type has the JSON alone.
 */
export function jsonAnswer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  statuses: readonly (keyof typeof errorAnswers)[] = allStatuses,
  answers: Readonly<Record<number, unknown>> = errorAnswers,
): JsonAnswer<Schema> {
  const errors = statuses.map((status) => [status, answers[status]]);
  return {
    200: { description, content: { "application/json": { schema } } },
    ...Object.fromEntries(errors),
  };
}

const allStatuses = Object.keys(errorAnswers).map(Number) as (keyof typeof errorAnswers)[];

/** A body of JSON, which must be there. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } } as const;
}
