/**
 * Which of two answers is better.
 *
 * @module
 */
import { isAnswersContent } from "./content_shapes.ts";
import type { JudgedKind } from "./judged_kind.ts";

/** The number of the better answer, or `"tie"`. */
export const pair: JudgedKind = {
  isContent: (content) => isAnswersContent(content, 2, 2),
  wrongValue(value, { ties }) {
    if (value === 0 || value === 1 || ties && value === "tie") return undefined;
    return `must be 0 or 1${ties ? ' or "tie"' : ""}`;
  },
  level: "ordinal",
  // A tie lies between the two.
  ratings: (value) => [value === "tie" ? 0 : value === 0 ? -1 : 1],
};
