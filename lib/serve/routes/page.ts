/**
 * `/`: a page on which models are tried and looked at. It asks no other server.
 *
 * @module
 */
import { answerPageFiles } from "../../deploy/browser/answer_page.ts";
import { readOwnFile } from "../../deploy/browser/own_file.ts";
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

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** Everything from this server, but images that the page has made itself. */
const policy = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Below this file's folder's parent, as `readOwnFile` reads it. */
const lib = "../../";

/** Serves the page and its files. */
export const page: Route = (app) => {
  const read = new Map<string, Promise<string>>();
  const textOf = (file: string) => {
    const text = read.get(file) ?? readOwnFile(`${lib}${file}`);
    read.set(file, text);
    // What could not be read is tried again.
    text.catch(() => read.delete(file));
    return text;
  };
  const serve = (path: string, file: string) =>
    app.get(path, async (c) =>
      c.body(await textOf(file), 200, {
        "content-type": types[file.slice(file.lastIndexOf(".") + 1)],
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      }));
  serve("/", "serve/page/index.html");
  for (const file of files) serve(`/page/${file}`, file);
};
