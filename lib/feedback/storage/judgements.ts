/**
 * What counts of all records: the last one of each person and item.
 *
 * @module
 */
import type { FeedbackRecord } from "./feedback_record.ts";

/** What people have said so far. */
export interface Judgements {
  /** Every record, in the order in which it was stored. */
  readonly records: readonly FeedbackRecord[];
  add(record: FeedbackRecord): void;
  /** The record with this id. */
  withId(id: string): FeedbackRecord | undefined;
  /** What a person said of an item last; nothing where it was taken back. */
  latest(rater: string, item: string): FeedbackRecord | undefined;
  /** What a person has answered or left out, by item, in the order of the first time. */
  ofRater(rater: string): ReadonlyMap<string, FeedbackRecord>;
  /** Who answered an item; those who left it out are none of them. */
  ofItem(item: string): ReadonlyMap<string, FeedbackRecord>;
  /** Everybody who said anything, in the order of coming. */
  readonly raters: readonly string[];
}

/** Gathers records. */
export function gatherJudgements(given: readonly FeedbackRecord[] = []): Judgements {
  const records: FeedbackRecord[] = [];
  const ids = new Map<string, FeedbackRecord>();
  const byRater = new Map<string, Map<string, FeedbackRecord>>();
  const byItem = new Map<string, Map<string, FeedbackRecord>>();
  const none: ReadonlyMap<string, FeedbackRecord> = new Map();
  const inside = (all: Map<string, Map<string, FeedbackRecord>>, key: string) => {
    const own = all.get(key) ?? new Map<string, FeedbackRecord>();
    all.set(key, own);
    return own;
  };
  const add = (record: FeedbackRecord) => {
    // A line that was copied in the file counts once, too.
    if (ids.has(record.id)) return;
    ids.set(record.id, record);
    records.push(record);
    const { rater, item, action } = record;
    const [own, others] = [inside(byRater, rater), inside(byItem, item)];
    if (action === "undo") own.delete(item);
    else own.set(item, record);
    if (action === "answer") others.set(rater, record);
    else others.delete(rater);
  };
  given.forEach(add);
  return {
    records,
    add,
    withId: (id) => ids.get(id),
    latest: (rater, item) => byRater.get(rater)?.get(item),
    ofRater: (rater) => byRater.get(rater) ?? none,
    ofItem: (item) => byItem.get(item) ?? none,
    get raters() {
      return [...byRater.keys()];
    },
  };
}
