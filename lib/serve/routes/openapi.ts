/**
 * `/openapi.json`: what all endpoints take and give.
 *
 * @module
 */
import { version } from "../../core/version.ts";
import type { Route } from "./route.ts";

/** Describes the server by OpenAPI 3.1. */
export const openapi: Route = (app, { settings }) => {
  const hasKeys = settings.apiKeys.length > 0;
  if (hasKeys) {
    const scheme = { type: "http", scheme: "bearer" } as const;
    app.openAPIRegistry.registerComponent("securitySchemes", "key", scheme);
  }
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "tunebook",
      version,
      description:
        "Models that tunebook has trained. Endpoints below /v1 are asked as OpenAI's are.",
    },
    ...(hasKeys ? { security: [{ key: [] }] } : {}),
  });
};
