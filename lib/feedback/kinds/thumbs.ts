/**
 * Whether an answer is good.
 *
 * @module
 */
import { isAnswersContent } from "./content_shapes.ts";
import type { JudgedKind } from "./judged_kind.ts";

/** `"up"` or `"down"`. */
export const thumbs: JudgedKind = {
  isContent: (content) => isAnswersContent(content, 1, 1),
  wrongValue: (value) => value === "up" || value === "down" ? undefined : 'must be "up" or "down"',
  level: "nominal",
  ratings: (value) => [value as string],
};
