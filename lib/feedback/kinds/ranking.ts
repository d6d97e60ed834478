/**
 * Three or more answers from the best to the worst.
 *
 * @module
 */
import { answersContent, isAnswersContent } from "./content_shapes.ts";
import type { JudgedKind } from "./judged_kind.ts";

/** The numbers of all answers, the best first. */
export const ranking: JudgedKind = {
  isContent: (content) => isAnswersContent(content, 3, Infinity),
  wrongValue(value, { content }) {
    const { length } = answersContent(content).answers;
    const isOrder = Array.isArray(value) && value.length === length &&
      new Set(value).size === length &&
      value.every((each) => Number.isSafeInteger(each) && each >= 0 && each < length);
    return isOrder ? undefined : `must name each of the ${length} answers once, the best first`;
  },
  level: "ordinal",
  ratings(value, content) {
    const order = value as readonly number[];
    return answersContent(content).answers.map((_, at) => order.indexOf(at) + 1);
  },
};
