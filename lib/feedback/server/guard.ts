/**
 * Who may ask the server of the page.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { RequestError } from "../../http/request_error.ts";
import type { FeedbackSettings } from "../feedback_options.ts";

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Asks for the token, refuses pages of other origins, and, where there is no token, other names of this machine, under
 * which a page of somebody else could ask (DNS rebinding).
 */
export function guard({ token, host }: Pick<FeedbackSettings, "token" | "host">) {
  const wanted = token === false ? undefined : digest(token);
  return createMiddleware(async (c, next) => {
    const asked = c.req.header("host") ?? "";
    const name = asked.replace(/:\d+$/, "");
    if (wanted === undefined && isLoopbackHost(host) && !loopback.test(name)) {
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
    if (wanted !== undefined) {
      const given = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
      if (!timingSafeEqual(digest(given.trim()), wanted)) {
        throw new RequestError(401, "the token is not that of this page", {
          code: "invalid_token",
          headers: { "WWW-Authenticate": "Bearer" },
        });
      }
    }
    await next();
  });
}

function isLoopbackHost(host: string): boolean {
  return loopback.test(host.includes(":") ? `[${host}]` : host);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
