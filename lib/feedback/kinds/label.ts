/**
 * The right label of a text.
 *
 * @module
 */
import type { JudgedKind } from "./judged_kind.ts";

/** One of the labels. */
export const label: JudgedKind = {
  isContent: ({ text, label = null }) =>
    typeof text === "string" && (label === null || typeof label === "string"),
  wrongValue(value, { labels }) {
    if (typeof value !== "string" || value === "") return "must be a label";
    return labels && !labels.includes(value) ? "must be one of the labels" : undefined;
  },
  level: "nominal",
  ratings: (value) => [value as string],
};
