/**
 * The form that an answer is bound to.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { TunebookError } from "../../core/errors.ts";
import { schemaGrammar } from "../../generate/json_schema/schema_grammar.ts";
import { RequestError } from "../../http/request_error.ts";

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
  if (!format || format.type === "text") return calls && checked(calls, "tools");
  if (hasTools) {
    const message =
      `${field} binds the whole answer, which then can be no call: leave out the tools, or ` +
      "tool_choice none";
    throw new RequestError(400, message, { param: field, code: "unsupported" });
  }
  return format.type === "json_object" ? { type: "object" } : checked(format.schema ?? {}, field);
}

/** The schema; an error of status 400 with everything in it that cannot bind an answer. */
function checked(schema: Schema, param: string): Schema {
  try {
    schemaGrammar(schema);
    return schema;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    const { message, kind } = error;
    const code = kind === "unsupported" ? kind : "invalid_request";
    throw new RequestError(400, `${param}: ${message}`, { param, code, cause: error });
  }
}
