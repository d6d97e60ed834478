/**
 * All ways to judge.
 *
 * @module
 */
import type { FeedbackKind, FeedbackValue } from "../item.ts";
import { edit } from "./edit.ts";
import type { JudgedKind } from "./judged_kind.ts";
import { label } from "./label.ts";
import { pair } from "./pair.ts";
import { ranking } from "./ranking.ts";
import { sortedSpans, spans } from "./spans.ts";
import { areSpans } from "./content_shapes.ts";
import { thumbs } from "./thumbs.ts";

/** Each way to judge by its name. */
export const judgedKinds: Readonly<Record<FeedbackKind, JudgedKind>> = {
  pair,
  ranking,
  thumbs,
  edit,
  label,
  spans,
};

/** Whether two values say the same. */
export function isSameValue(a: FeedbackValue, b: FeedbackValue): boolean {
  return JSON.stringify(storedValue(a)) === JSON.stringify(storedValue(b));
}

/** The value as it is stored: spans in order, and with nothing else in them. */
export function storedValue(value: FeedbackValue): FeedbackValue {
  return Array.isArray(value) && value.length > 0 && areSpans(value) ? sortedSpans(value) : value;
}

/** What was said of answers as they were shown → the same by their own numbers, or the other way round. */
export function renumbered(value: FeedbackValue, numberOf: (at: number) => number): FeedbackValue {
  if (typeof value === "number") return numberOf(value);
  if (Array.isArray(value) && value.every((each) => typeof each === "number")) {
    return value.map(numberOf);
  }
  return value;
}
