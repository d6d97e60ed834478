/**
 * Refuses requests whose headers say what no client of this server means.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { RequestError } from "./request_error.ts";

/** A name or an address, with a port; Deno takes the rest of another one for the path. */
const host = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Refuses a `Host` that is none, and bodies that are compressed, which would be read as they are. */
export const checkHeaders = createMiddleware(async (c, next) => {
  const asked = c.req.header("host") ?? "";
  if (asked !== "" && !host.test(asked)) {
    throw new RequestError(400, "the Host header names no host", { code: "invalid_host" });
  }
  const codings = [c.req.header("content-encoding"), c.req.header("transfer-encoding")];
  if (codings.some((each) => each !== undefined && !/^(?:identity|chunked)?$/i.test(each.trim()))) {
    const message = "the body must not be compressed";
    throw new RequestError(415, message, { code: "unsupported_encoding" });
  }
  await next();
});
