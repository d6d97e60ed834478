/**
 * Takes a field that is null as one that is left out.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { isRecord } from "../../core/objects.ts";
import type { ServerEnv } from "../server_env.ts";

/**
 * Leaves out the fields of a body that are null, whether the endpoint knows them or not: there are clients that write
 * all the fields they know.
 */
export const leaveOutNulls = createMiddleware<ServerEnv>(async (c, next) => {
  const read = c.req.json.bind(c.req);
  Object.assign(c.req, { json: async () => filled(await read()) });
  await next();
});

function filled(body: unknown): unknown {
  if (!isRecord(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
