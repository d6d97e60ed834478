/**
 * Gives each request a number for the log and for people who ask about it.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import type { ServerEnv } from "../server_env.ts";

/** What a client may call its request. */
const ownId = /^[\w.:-]{1,64}$/;

/** Takes the client's `x-request-id` where it is harmless, else makes one. */
export const requestId = createMiddleware<ServerEnv>(async (c, next) => {
  const given = c.req.header("x-request-id") ?? "";
  const id = ownId.test(given) ? given : `req_${crypto.randomUUID().replaceAll("-", "")}`;
  c.set("requestId", id);
  c.set("receivedAt", performance.now());
  await next();
  c.header("x-request-id", id);
  c.header("x-content-type-options", "nosniff");
});
