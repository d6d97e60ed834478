/**
 * The contract of an endpoint: one file, and one line in `mod.ts`.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ServerEnv } from "../server_env.ts";
import type { ServerParts } from "../server_parts.ts";

/** Where endpoints are added. */
export type ServerApp = OpenAPIHono<ServerEnv>;

/** Adds an endpoint with its schemas to the server. */
export type Route = (app: ServerApp, parts: ServerParts) => void;
