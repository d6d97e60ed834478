/**
 * What goes wrong in the middle of a stream.
 *
 * @module
 */
import { errorBody } from "../error_body.ts";
import type { RequestError } from "../../http/request_error.ts";
import type { ServerEvent } from "./event_stream.ts";

/** An error as OpenAI's clients read it in a stream. */
export function streamError(error: RequestError): ServerEvent {
  return { data: errorBody(error, "") };
}
