/**
 * The form that an answer is bound to.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { RequestError } from "../request_error.ts";

/** A JSON schema in a request. */
export const jsonSchema = z.record(z.string(), z.unknown());

type Schema = Readonly<Record<string, unknown>>;

/** What an answer must be. */
export interface AnswerFormat {
  readonly type: string;
  readonly schema?: Schema | null | undefined;
}

/**
 * The schema of a form; undefined for any text.
 *
 * @param calls what the answer must be where it must be a call
 * @param field what errors call the form
 */
export function formatSchema(
  format: AnswerFormat | null | undefined,
  { hasTools, calls, field }: {
    readonly hasTools: boolean;
    readonly calls: Schema | undefined;
    readonly field: string;
  },
): Schema | undefined {
  if (!format || format.type === "text") return calls;
  if (hasTools) {
    const message =
      `${field} binds the whole answer, which then can be no call: leave out the tools, or ` +
      "tool_choice none";
    throw new RequestError(400, message, { param: field, code: "unsupported" });
  }
  return format.type === "json_object" ? { type: "object" } : format.schema ?? {};
}
