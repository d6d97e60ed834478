/**
 * `/`: a page on which models are tried and looked at. It asks no other server.
 *
 * @module
 */
import { answerPageFiles } from "../../deploy/browser/answer_page.ts";
import { readOwnFile } from "../../deploy/browser/own_file.ts";
import { servePage } from "../../http/page_files.ts";
import type { Route } from "./route.ts";

/** Files below `lib`, which refer to each other as they lie there. */
const files = [
  ...answerPageFiles.map((file) => `deploy/browser/page/${file}`),
  "serve/page/asked_model.js",
  "serve/page/card.js",
  "serve/page/described.js",
  "serve/page/page.js",
  "serve/page/program_view.js",
  "serve/page/programs.js",
  "serve/page/serve.css",
  "serve/page/server.js",
  "serve/page/tasks/answer.js",
  "serve/page/tasks/chat.js",
  "serve/page/tasks/classify.js",
  "serve/page/tasks/detect.js",
  "serve/page/tasks/draw.js",
  "serve/page/tasks/mod.js",
  "serve/page/tasks/search.js",
  "serve/page/tasks/segment.js",
  "serve/page/tasks/tokens.js",
  "serve/page/tasks/write.js",
  "serve/page/watch.js",
];

/** Below this file's folder's parent, as `readOwnFile` reads it. */
const lib = "../../";

/** Serves the page and its files. */
export const page: Route = (app) =>
  servePage(app, {
    index: "serve/page/index.html",
    files,
    read: (file) => readOwnFile(`${lib}${file}`),
  });
