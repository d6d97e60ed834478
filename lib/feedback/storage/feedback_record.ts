/**
 * What is stored of each answer: one line of JSON.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import {
  type FeedbackContent,
  type FeedbackKind,
  feedbackKinds,
  type FeedbackValue,
} from "../item.ts";
import { judgedKinds } from "../kinds/kinds.ts";

/** What somebody did with an item: answered it, left it out, or took the answer back. */
export type FeedbackAction = "answer" | "skip" | "undo";

/** A line of the file. The last one of a person and an item is what counts. */
export interface FeedbackRecord {
  /** Made by the page for each sending, so that one that comes twice counts once. */
  readonly id: string;
  /** When it was stored, ISO 8601. */
  readonly at: string;
  readonly rater: string;
  readonly action: FeedbackAction;
  /** The id of the item. */
  readonly item: string;
  readonly kind: FeedbackKind;
  /** What was said; null where nothing was. */
  readonly value: FeedbackValue | null;
  /** The numbers of the answers in the order in which they were shown. */
  readonly shown?: readonly number[];
  /** The how manyeth item of this person it was, from 1. */
  readonly place: number;
  /** Seconds with the item on the screen, idle ones left out. */
  readonly seconds: number;
  readonly comment?: string;
  /** The known answer, where there is one. */
  readonly gold?: FeedbackValue;
  readonly content: FeedbackContent;
}

/** The names of all actions. */
export const feedbackActions: readonly FeedbackAction[] = ["answer", "skip", "undo"];

/** A record that was read from JSON, or what is wrong with it. */
export function readRecord(value: unknown): FeedbackRecord | string {
  if (!isRecord(value)) return "it is no object";
  const { kind, content, action, value: said, gold } = value;
  const isText = (name: string) => typeof value[name] === "string" && value[name] !== "";
  const lacking = ["id", "at", "rater", "item"].find((name) => !isText(name));
  if (lacking) return `it has no ${lacking}`;
  if (!feedbackActions.includes(action as FeedbackAction)) return "its action is none";
  if (!feedbackKinds.includes(kind as FeedbackKind)) return "its kind is none";
  const own = judgedKinds[kind as FeedbackKind];
  if (!isRecord(content) || !own.isContent(content)) return "its content is not that of its kind";
  const context = { content: content as unknown as FeedbackContent, ties: true };
  for (const [name, each] of [["value", action === "answer" ? said : undefined], ["gold", gold]]) {
    if (each === undefined) continue;
    const wrong = own.wrongValue(each, context);
    if (wrong) return `its ${name} ${wrong}`;
  }
  if (action === "answer" && said === undefined) return "it has no value";
  const numbers = [value.place, value.seconds];
  if (!numbers.every(Number.isFinite)) return "its place or its seconds are no numbers";
  return value as unknown as FeedbackRecord;
}
