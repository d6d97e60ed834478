/**
 * What a page sends.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { visibleText } from "../../core/quoted.ts";
import { RequestError } from "../../http/request_error.ts";
import { type FeedbackAction, feedbackActions } from "../storage/feedback_record.ts";

/** What somebody did with an item, as it was sent. */
export interface Submission {
  /** Made by the page for each sending. */
  readonly id: string;
  readonly rater: string;
  readonly item: string;
  readonly action: FeedbackAction;
  /** By the numbers of answers as they were shown; not looked at yet. */
  readonly value: unknown;
  readonly seconds: number;
  readonly comment: string;
}

type Fields = Readonly<Record<string, unknown>>;

const mostNameCharacters = 80;
const mostCommentCharacters = 10_000;
const daySeconds = 86_400;
const idPattern = /^[\w-]{8,64}$/;

/** The body as an object with none but the known fields. */
export function fieldsOf(body: unknown, known: readonly string[]): Fields {
  if (!isRecord(body)) throw invalid("the body must be an object");
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw invalid(`there is no field ${JSON.stringify(other.slice(0, 80))}`);
  return body;
}

/** The name of a person, as it is stored: composed, without what cannot be seen. */
export function raterOf({ rater }: Fields): string {
  const name = typeof rater === "string" ? visibleText(rater) : "";
  if (name === "" || [...name].length > mostNameCharacters || /\p{Cs}/u.test(name)) {
    throw invalid(`rater must be a name of 1 to ${mostNameCharacters} characters`);
  }
  return name;
}

/** The id of an item. */
export function itemOf({ item }: Fields): string {
  if (typeof item !== "string" || !idPattern.test(item)) throw invalid("item must be an item's id");
  return item;
}

/** Reads what was sent; all that is wrong is one error of status 400. */
export function readSubmission(body: unknown): Submission {
  const fields = fieldsOf(body, ["id", "rater", "item", "action", "value", "seconds", "comment"]);
  const { id, action, value, seconds, comment = "" } = fields;
  const wrong: string[] = [];
  if (typeof id !== "string" || !idPattern.test(id)) {
    wrong.push("id must be 8 to 64 letters, digits, _ and -");
  }
  if (!feedbackActions.includes(action as FeedbackAction)) {
    wrong.push(`action must be one of ${feedbackActions.join(", ")}`);
  } else if (action !== "answer" && value !== undefined && value !== null) {
    wrong.push("value belongs to an answer");
  }
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= daySeconds)) {
    wrong.push(`seconds must be a number from 0 to ${daySeconds}`);
  }
  if (typeof comment !== "string" || comment.length > mostCommentCharacters) {
    wrong.push(`comment must be a text of at most ${mostCommentCharacters} characters`);
  }
  if (wrong.length > 0) throw invalid(wrong.join("; "));
  return {
    id: id as string,
    rater: raterOf(fields),
    item: itemOf(fields),
    action: action as FeedbackAction,
    value,
    seconds: seconds as number,
    comment: (comment as string).trim(),
  };
}

/** An error of status 400. */
export function invalid(message: string): RequestError {
  return new RequestError(400, message, { code: "invalid_request" });
}
