/**
 * The endpoints. A new one is one file and one line here.
 *
 * @module
 */
import { classify } from "./classify.ts";
import { docs } from "./docs.ts";
import { health } from "./health.ts";
import { prometheus } from "./metrics.ts";
import { models } from "./models.ts";
import { openapi } from "./openapi.ts";
import { ready } from "./ready.ts";
import type { Route } from "./route.ts";

/** All endpoints, in the order in which the OpenAPI page shows them. */
export const routes: readonly Route[] = [
  models,
  classify,
  health,
  ready,
  prometheus,
  openapi,
  docs,
];
