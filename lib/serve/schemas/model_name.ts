/**
 * The name of a model in a request.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

/** Optional where the server has one model alone. */
export const modelName = z.string().min(1).optional().openapi({
  description: "The name of a model, one of /v1/models; may be left out where there is only one.",
  example: "reviews",
});
