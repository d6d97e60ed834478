/**
 * Requests that do not fit their schema.
 *
 * @module
 */
import type { Hook, z } from "@hono/zod-openapi";
import { RequestError } from "../../http/request_error.ts";
import type { ServerEnv } from "../server_env.ts";

/** What is wrong, and where. */
interface SchemaMistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** More mistakes in one answer help nobody. */
const mostMistakes = 8;

/** Throws an error of status 400 with all that is wrong, each by the name of its field. */
// deno-lint-ignore no-explicit-any
export const refuseSchema: Hook<any, ServerEnv, any, any> = (result) => {
  if (result.success) return;
  const { issues } = result.error as z.ZodError;
  const wrong = issues.flatMap((issue) => mistakesIn(issue));
  const told = wrong.slice(0, mostMistakes).map(({ path, message }) =>
    path.length === 0 ? message : `${fieldOf(path)}: ${message}`
  );
  if (wrong.length > mostMistakes) told.push(`and ${wrong.length - mostMistakes} more`);
  throw new RequestError(400, told.join("; "), {
    param: wrong[0].path.length > 0 ? fieldOf(wrong[0].path) : undefined,
    code: "invalid_request",
  });
};

/** The mistakes of an issue: where several shapes are allowed, those of the shape that fits best. */
function mistakesIn(issue: z.core.$ZodIssue): SchemaMistake[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: "is not known, or not supported here",
    }));
  }
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const shapes = issue.errors.map((issues) => issues.flatMap((each) => mistakesIn(each)));
  const deepest = Math.max(...shapes.map(depthOf));
  if (deepest === 0) return [issue];
  return shapes.find((each) => depthOf(each) === deepest)!
    .map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** How far into a value a shape has fitted. */
function depthOf(wrong: readonly SchemaMistake[]): number {
  return Math.max(0, ...wrong.map(({ path }) => path.length));
}

/** `input[3].text`. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((part, at) =>
    typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`
  ).join("");
}
