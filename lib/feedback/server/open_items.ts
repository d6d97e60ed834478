/**
 * Who has which item on the screen.
 *
 * @module
 */

/** Items that are being looked at. */
export interface OpenItems {
  /** Notes that a person has been given an item. */
  give(item: string, rater: string): void;
  /** Whether a person was ever given an item since the page was opened. */
  wasGiven(item: string, rater: string): boolean;
  /** How many others look at an item. */
  others(item: string, rater: string): number;
  /** Notes that a person has done with an item. */
  close(item: string, rater: string): void;
}

/** Who has said nothing for so long has gone, so that others get the item. */
const goneMilliseconds = 600_000;

/** Nobody looks at anything yet. */
export function openItems(now: () => number = () => performance.now()): OpenItems {
  const since = new Map<string, Map<string, number>>();
  const given = new Map<string, Set<string>>();
  return {
    give(item, rater) {
      const own = since.get(item) ?? new Map<string, number>();
      since.set(item, own.set(rater, now()));
      const all = given.get(rater) ?? new Set<string>();
      given.set(rater, all.add(item));
    },
    wasGiven: (item, rater) => given.get(rater)?.has(item) ?? false,
    others(item, rater) {
      const latest = now() - goneMilliseconds;
      return [...since.get(item) ?? []].filter(([name, at]) => name !== rater && at > latest)
        .length;
    },
    close: (item, rater) => void since.get(item)?.delete(rater),
  };
}
