/**
 * Names of items.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { FeedbackContent, FeedbackKind } from "../item.ts";

/** Hexadecimal digits of an id: two of a million items share one with a chance of 1e-7. */
const digits = 16;

/** The id of what is shown: the same wherever and whenever it is read. */
export function itemId(kind: FeedbackKind, content: FeedbackContent): string {
  return createHash("sha256").update(JSON.stringify([kind, content])).digest("hex")
    .slice(0, digits);
}
