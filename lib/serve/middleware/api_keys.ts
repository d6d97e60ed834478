/**
 * Lets only those in who have a key.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { RequestError } from "../../http/request_error.ts";
import { bearerOf, isSecret } from "../../http/secrets.ts";
import type { ServerEnv } from "../server_env.ts";

/** What is there for everybody: probes, and pages that show nothing without a key. */
const openPaths = /^\/(?:health|ready|openapi\.json|docs(?:\/.*)?|page(?:\/.*)?)?$/;

/**
 * Asks for `Authorization: Bearer KEY`, or for `x-api-key` as Anthropic's clients send it. Digests of equal
 * length are compared, all of them and each in constant time, so that the time says nothing of a key.
 */
export function requireKey(keys: readonly string[]) {
  const isKey = isSecret(keys);
  return createMiddleware<ServerEnv>(async (c, next) => {
    // A browser asks without a key whether it may ask with one.
    if (keys.length > 0 && c.req.method !== "OPTIONS" && !openPaths.test(c.req.path)) {
      const given = bearerOf(c.req.header("authorization")) ?? c.req.header("x-api-key");
      if (given === undefined) throw refused("this server asks for a key: Authorization: Bearer …");
      if (!isKey(given)) throw refused("the key is not one of this server's");
    }
    await next();
  });
}

function refused(message: string): RequestError {
  const headers = { "WWW-Authenticate": "Bearer" };
  return new RequestError(401, message, { code: "invalid_api_key", headers });
}
