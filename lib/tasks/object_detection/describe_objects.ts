/**
 * Objects in a few words.
 *
 * @module
 */
import { shownName } from "../../core/quoted.ts";

/** `2 cat, 1 dog`, the most frequent first; `nothing` where there is none. */
export function describeObjects(labels: readonly string[]): string {
  const counts = [...Map.groupBy(labels, (label) => label)].map(([label, { length }]) =>
    [label, length] as const
  );
  return counts.sort(([, a], [, b]) => b - a)
    .map(([label, count]) => `${count} ${shownName(label)}`).join(", ") || "nothing";
}
