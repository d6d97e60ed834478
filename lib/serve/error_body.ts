/**
 * Error answers as OpenAI's clients and Anthropic's read them.
 *
 * @module
 */
import type { RequestError } from "../http/request_error.ts";

/** What OpenAI's servers answer. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** What Anthropic's answer. */
export interface AnthropicErrorBody {
  readonly type: "error";
  readonly error: { readonly type: string; readonly message: string };
}

const types: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
};

/** Endpoints that speak as Anthropic's servers do. */
const anthropicPath = /^\/v1\/messages(\/|$)/;

/** The body of an error answer to a request of that path. */
export function errorBody(
  { status, message, param, code }: RequestError,
  path: string,
): ErrorBody | AnthropicErrorBody {
  const isOwn = status >= 500;
  if (anthropicPath.test(path)) {
    const type = types[status] ?? (isOwn ? "api_error" : "invalid_request_error");
    return { type: "error", error: { type, message } };
  }
  const known = status === 401 || status === 429 ? types[status] : undefined;
  const type = known ?? (isOwn ? "server_error" : "invalid_request_error");
  return { error: { message, type, param, code } };
}
