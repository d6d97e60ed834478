/**
 * How each person judges.
 *
 * @module
 */
import { isSameValue } from "../kinds/kinds.ts";
import type { FeedbackRecord } from "../storage/feedback_record.ts";

/** How a person judges. */
export interface FeedbackRater {
  readonly rater: string;
  readonly answered: number;
  readonly skipped: number;
  /** The median of the seconds with an item on the screen, idle ones left out; null where nothing was answered. */
  readonly medianSeconds: number | null;
  /** Known answers that this person was asked. */
  readonly gold: number;
  /** The share of them that were right; null where there were none. */
  readonly goldRight: number | null;
  /** The share of pairs and rankings in which what was shown first was best: .5 or less where places do not matter. */
  readonly firstShown: number | null;
}

/** What counts of one person. */
export function raterRow(rater: string, records: Iterable<FeedbackRecord>): FeedbackRater {
  const all = [...records];
  const answered = all.filter(({ action }) => action === "answer");
  const gold = answered.filter((each) => each.gold !== undefined);
  const chosen = answered.filter(({ shown, value }) => shown && value !== "tie");
  return {
    rater,
    answered: answered.length,
    skipped: all.length - answered.length,
    medianSeconds: median(answered.map(({ seconds }) => seconds)),
    gold: gold.length,
    goldRight: shareOf(gold, (each) => isSameValue(each.value!, each.gold!)),
    firstShown: shareOf(chosen, ({ shown, value }) => [value].flat()[0] === shown![0]),
  };
}

function shareOf<Each>(all: readonly Each[], fits: (each: Each) => boolean): number | null {
  return all.length === 0 ? null : all.filter(fits).length / all.length;
}

function median(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
