/**
 * The page on which people judge: pairs, rankings, thumbs, edited answers, labels and spans.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { requireTable } from "../table/columns.ts";
import { type FeedbackOptions, feedbackSettings } from "./feedback_options.ts";
import { type FeedbackPage, type FeedbackRows, openFeedback } from "./open_feedback.ts";

/** What is to be judged; nothing is read before it is opened. */
export interface Feedback {
  /**
   * Opens the page and the file of answers, which no other process may have open.
   *
   * Throws an error of kind "data" with all rows that cannot be judged, and where the file holds anything but answers;
   * of kind "input" where the port is taken; of kind "output" where the file cannot be written or is open elsewhere.
   */
  open(): Promise<FeedbackPage>;
}

/**
 * Asks people: a page on this machine on which they say which answer is better, rank answers, give a thumb up or
 * down, write a better answer, or correct labels and spans. By keyboard and screen reader, in English and Chinese;
 * every answer is on the disk before it is confirmed. See `docs/feedback.md`.
 *
 * The columns tell what is judged: a prompt with two answers (`chosen` and `rejected`, `answer_a` and `answer_b`, or a
 * list in `answers`), with three to nine, or with one; a `text` with a `label`; a `text` with `spans`, or `tokens`
 * with `tags`; `messages` that end with an answer. A column `gold` has known answers, by which it is seen how well
 * people judge. Answers come in an order that is drawn for each person and item.
 *
 * @param rows a table, rows, or a file that `readTable` reads
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { feedback } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rows = [{ prompt: "Name a colour.", answers: ["Blue.", "Seven."] }];
 * const file = `${await Deno.makeTempDir()}/answers.jsonl`;
 * const page = await feedback(rows, { file, quiet: true }).open();
 * assert.match(page.url, /^http:\/\/127\.0\.0\.1:\d+\/#token=/);
 * assert.equal(page.items[0].kind, "pair");
 * // People judge; what they have said so far is a table at any time:
 * assert.equal(page.answers.preferences().numRows(), 0);
 * await page.close();
 * ```
 */
export function feedback(rows: FeedbackRows, options: FeedbackOptions = {}): Feedback {
  const settings = feedbackSettings(options);
  if (rows === undefined || rows === null || rows === "") {
    throw new TunebookError(
      "input",
      `feedback takes a table, rows or a file, but got ${shownValue(rows)}`,
    );
  }
  if (typeof rows !== "string" && !Array.isArray(rows)) requireTable(rows, "what is judged");
  return Object.freeze({ open: () => openFeedback(rows, settings) });
}
