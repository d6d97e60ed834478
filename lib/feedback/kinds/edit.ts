/**
 * An answer that a person makes better.
 *
 * @module
 */
import { showsNothing } from "../../core/quoted.ts";
import { isAnswersContent } from "./content_shapes.ts";
import type { JudgedKind } from "./judged_kind.ts";

/** Characters of an answer. */
const mostCharacters = 200_000;

/** The text of the better answer. No two people write the same, so that nothing is said of their agreement. */
export const edit: JudgedKind = {
  isContent: (content) => isAnswersContent(content, 1, 1),
  wrongValue(value) {
    if (typeof value !== "string") return "must be a text";
    if (showsNothing(value)) return "must not be empty";
    return value.length > mostCharacters
      ? `must have at most ${mostCharacters} characters`
      : undefined;
  },
  level: "nominal",
  ratings: () => [],
};
