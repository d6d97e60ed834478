/**
 * In which order answers are shown.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { FeedbackItem } from "../item.ts";
import { answersContent } from "../kinds/content_shapes.ts";

/**
 * The numbers of an item's answers in the order in which one person sees them, drawn anew for each person and item;
 * undefined where there is nothing to choose from.
 */
export function shownOrder(
  { id, kind, content }: FeedbackItem,
  rater: string,
  seed: number,
): readonly number[] | undefined {
  if (kind !== "pair" && kind !== "ranking") return undefined;
  const numbers = answersContent(content).answers.map((_, at) => at);
  return Random.fromSeed(seed, "shown", rater, id).shuffle(numbers);
}
