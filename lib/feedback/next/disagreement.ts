/**
 * How far people disagree on an item.
 *
 * @module
 */
import type { FeedbackItem } from "../item.ts";
import { judgedKinds } from "../kinds/kinds.ts";
import type { FeedbackRecord } from "../storage/feedback_record.ts";

/**
 * The share of pairs of people who say different things of an item, on average over its units; undefined where
 * fewer than two have judged it.
 */
export function disagreementOn(
  { kind, content }: Pick<FeedbackItem, "kind" | "content">,
  records: Iterable<FeedbackRecord>,
): number | undefined {
  const { ratings } = judgedKinds[kind];
  const all = [...records].map(({ value }) => ratings(value!, content));
  if (all.length < 2) return undefined;
  let [pairs, differ] = [0, 0];
  all.forEach((own, at) =>
    all.slice(at + 1).forEach((other) =>
      own.forEach((value, unit) => {
        pairs++;
        if (value !== other[unit]) differ++;
      })
    )
  );
  return pairs === 0 ? 0 : differ / pairs;
}
