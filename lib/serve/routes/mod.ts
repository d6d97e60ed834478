/**
 * The endpoints. A new one is one file and one line here.
 *
 * @module
 */
import { answer } from "./answer.ts";
import { card } from "./card.ts";
import { chatCompletions } from "./chat_completions.ts";
import { classify } from "./classify.ts";
import { completions } from "./completions.ts";
import { countTokens } from "./count_tokens.ts";
import { detect } from "./detect.ts";
import { docs } from "./docs.ts";
import { embeddings } from "./embeddings.ts";
import { generateImage } from "./generate_image.ts";
import { health } from "./health.ts";
import { messages } from "./messages.ts";
import { prometheus } from "./metrics.ts";
import { models } from "./models.ts";
import { openapi } from "./openapi.ts";
import { page } from "./page.ts";
import { ready } from "./ready.ts";
import { rerank } from "./rerank.ts";
import { responses } from "./responses.ts";
import type { Route } from "./route.ts";
import { segment } from "./segment.ts";
import { tokenize } from "./tokenize.ts";
import { tokens } from "./tokens.ts";
import { watched } from "./watch.ts";

/** All endpoints, in the order in which the OpenAPI page shows them. */
export const routes: readonly Route[] = [
  models,
  card,
  embeddings,
  chatCompletions,
  completions,
  responses,
  messages,
  countTokens,
  classify,
  tokens,
  answer,
  rerank,
  detect,
  segment,
  generateImage,
  tokenize,
  health,
  ready,
  prometheus,
  watched,
  openapi,
  docs,
  page,
];
