/**
 * A page of feedback that tests ask as its own script does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { feedback } from "../../lib/feedback/feedback.ts";
import type { FeedbackOptions } from "../../lib/feedback/feedback_options.ts";
import type { FeedbackPage, FeedbackRows } from "../../lib/feedback/open_feedback.ts";
import { inFolder } from "../weights/in_folder.ts";

/** What the server answered. */
export interface Answered {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** Asks a path of a page with its token. */
export async function ask(
  url: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const { origin, hash } = new URL(url);
  const token = hash.replace("#token=", "");
  const response = await fetch(`${origin}${path}`, {
    headers: {
      ...token === "" ? {} : { authorization: `Bearer ${token}` },
      ...body === undefined ? {} : { "content-type": "application/json" },
      ...headers,
    },
    ...body === undefined
      ? {}
      : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) },
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** A page that is open, and how it is asked. */
export interface AskedPage {
  readonly page: FeedbackPage;
  readonly file: string;
  ask(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** Asks for the next item of a person, which there must be. */
  // deno-lint-ignore no-explicit-any
  next(rater: string): Promise<any>;
  /** Says something of an item, and expects that it is stored. */
  say(rater: string, item: string, value: unknown, more?: object): Promise<void>;
}

let sent = 0;

/** An id that was not sent before. */
export function freshId(): string {
  return `of-a-test-${++sent}`;
}

/** Opens a page in a folder of its own, and closes it. */
export function withPage(
  rows: FeedbackRows,
  options: FeedbackOptions,
  work: (asked: AskedPage) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    await using page = await feedback(rows, { file, quiet: true, ...options }).open();
    await work({
      page,
      file,
      ask: (path, body, headers) => ask(page.url, path, body, headers),
      async next(rater) {
        const { status, body } = await ask(page.url, "/api/next", { rater });
        assert.equal(status, 200, JSON.stringify(body));
        assert.ok(body.item, "nothing is left");
        return body.item;
      },
      async say(rater, item, value, more) {
        const said = { id: freshId(), rater, item, action: "answer", value, seconds: 2, ...more };
        const { status, body } = await ask(page.url, "/api/answer", said);
        assert.equal(status, 200, JSON.stringify(body));
      },
    });
  });
}

/** Rows with two answers each. */
export function pairRows(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    prompt: `Question ${at}`,
    answers: [`first ${at}`, `second ${at}`],
  }));
}
