/**
 * Lets pages of other origins ask.
 *
 * @module
 */
import { cors } from "hono/cors";
import type { MiddlewareHandler } from "hono";

/** Seconds for which a browser remembers that it may ask. */
const maxAge = 600;

/** Cross-origin requests of these origins, or of all where one of them is `*`. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "POST", "OPTIONS"],
    exposeHeaders: ["x-request-id", "retry-after"],
    maxAge,
  });
}
