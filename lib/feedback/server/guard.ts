/**
 * Who may ask the server of the page.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { isLoopback } from "../../core/loopback.ts";
import { RequestError } from "../../http/request_error.ts";
import { bearerOf, isSecret } from "../../http/secrets.ts";
import type { FeedbackSettings } from "../feedback_options.ts";

/**
 * Asks for the token, refuses pages of other origins, and, where there is no token, other names of this machine, under
 * which a page of somebody else could ask (DNS rebinding).
 */
export function guard({ token, host }: Pick<FeedbackSettings, "token" | "host">) {
  const isToken = token === false ? undefined : isSecret([token]);
  return createMiddleware(async (c, next) => {
    const asked = c.req.header("host") ?? "";
    const name = asked.replace(/:\d+$/, "");
    if (!isToken && isLoopback(host) && !isLoopback(name)) {
      throw new RequestError(403, "this page is open on its own machine alone", { code: "host" });
    }
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    const isOther = site === undefined
      ? origin !== undefined && hostOf(origin) !== asked
      : site !== "same-origin" && site !== "none";
    if (isOther) {
      throw new RequestError(403, "pages of other origins may not ask", { code: "cross_origin" });
    }
    if (isToken && !isToken(bearerOf(c.req.header("authorization")) ?? "")) {
      throw new RequestError(401, "the token is not that of this page", {
        code: "invalid_token",
        headers: { "WWW-Authenticate": "Bearer" },
      });
    }
    await next();
  });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
