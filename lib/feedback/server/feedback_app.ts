/**
 * The server of the page as a function of a request.
 *
 * @module
 */
import { Hono } from "hono";
import { TunebookError } from "../../core/errors.ts";
import { readOwnFile } from "../../deploy/browser/own_file.ts";
import { checkHeaders } from "../../http/check_headers.ts";
import { servePage } from "../../http/page_files.ts";
import { readBody } from "../../http/read_body.ts";
import { RequestError, requestErrorOf } from "../../http/request_error.ts";
import type { FeedbackAnswers } from "../answers/feedback_answers.ts";
import type { FeedbackSettings } from "../feedback_options.ts";
import type { FeedbackSession } from "./feedback_session.ts";
import { guard } from "./guard.ts";
import { fieldsOf, itemOf, raterOf, readSubmission } from "./submission.ts";

/** What an app is made of. */
export interface FeedbackAppParts {
  readonly session: FeedbackSession;
  readonly labels: readonly string[];
  readonly settings: FeedbackSettings;
  answers(): FeedbackAnswers;
}

const files = [
  "deploy/browser/page/element.js",
  "deploy/browser/page/page.css",
  "feedback/page/answers_form.js",
  "feedback/page/drafts.js",
  "feedback/page/feedback.css",
  "feedback/page/item_view.js",
  "feedback/page/label_form.js",
  "feedback/page/page.js",
  "feedback/page/results.js",
  "feedback/page/server.js",
  "feedback/page/spans_form.js",
  "feedback/page/strings.js",
  "feedback/page/strings_en.js",
  "feedback/page/strings_zh.js",
  "feedback/page/text_form.js",
  "feedback/page/timer.js",
] as const;

const lib = "../../";
const mebibyte = 2 ** 20;
const limits = { maxBodyBytes: mebibyte, bodySeconds: 30 };
/** Notebooks on this machine show the page in a frame. */
const frames = "'self' http://localhost:* http://127.0.0.1:*";
/** The disk is full, or the file cannot be written (RFC 4918). */
const insufficientStorage = 507;

/** Makes the app. */
export function feedbackApp({ session, labels, settings, answers }: FeedbackAppParts): Hono {
  const app = new Hono();
  app.use("*", checkHeaders, async (c, next) => {
    await next();
    c.header("x-content-type-options", "nosniff");
  });
  app.use("/api/*", guard(settings), readBody(limits));
  const { question = "", ties, idleSeconds } = settings;
  app.get("/api/about", (c) => c.json({ question, labels, ties, idleSeconds }));
  app.post("/api/next", async (c) => {
    const fields = fieldsOf(await c.req.json(), ["rater"]);
    return c.json({ ...session.next(raterOf(fields)), rater: raterOf(fields) });
  });
  app.post("/api/previous", async (c) => {
    const fields = fieldsOf(await c.req.json(), ["rater", "item"]);
    const before = fields.item === undefined ? undefined : itemOf(fields);
    return c.json(session.previous(raterOf(fields), before));
  });
  app.post(
    "/api/answer",
    async (c) => c.json(await session.submit(readSubmission(await c.req.json()))),
  );
  app.get("/api/results", (c) => {
    const { count, raters, agreement } = answers();
    return c.json({ count, raters, agreement });
  });
  servePage(app, {
    index: "feedback/page/index.html",
    files,
    frames,
    read: (file) => readOwnFile(`${lib}${file}`),
  });
  app.notFound(() => {
    throw new RequestError(404, "there is no such address", { code: "not_found" });
  });
  app.onError((thrown) => {
    const { status, message, code, headers, cause } = refusalOf(thrown);
    if (status === 500 && !settings.quiet) console.error("a request failed:", cause);
    return new Response(JSON.stringify({ error: { message, code } }), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  });
  return app;
}

function refusalOf(thrown: unknown): RequestError {
  if (thrown instanceof TunebookError && thrown.kind === "output") {
    return new RequestError(insufficientStorage, thrown.message, { code: "not_stored" });
  }
  if (thrown instanceof SyntaxError) {
    return new RequestError(400, "the body is no JSON", { code: "invalid_json", cause: thrown });
  }
  return requestErrorOf(thrown, "the page of feedback");
}
