/**
 * The contract of an endpoint: one file, and one line in `mod.ts`.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ServerParts } from "../server_parts.ts";

/** Adds an endpoint with its schemas to the server. */
export type Route = (app: OpenAPIHono, parts: ServerParts) => void;
