/**
 * What counts of bins must be.
 *
 * @module
 */
import { mistakes } from "../../../core/errors.ts";

/** Throws one error of kind "input" with all that is wrong with two lists of counts. */
export function checkCounts(
  of: string,
  lists: { readonly reference: ArrayLike<number>; readonly served: ArrayLike<number> },
): void {
  const wrong = Object.entries(lists).flatMap(([name, counts]) => {
    const bad = Array.from(counts).findIndex((count) => !(Number.isFinite(count) && count >= 0));
    if (bad >= 0) {
      return [`${name}: count ${bad + 1} is ${counts[bad]}, but must be a number from 0`];
    }
    const isEmpty = !Array.from(counts).some((count) => count > 0);
    return isEmpty ? [`${name}: all counts are 0`] : [];
  });
  const { reference, served } = lists;
  if (reference.length !== served.length) {
    wrong.push(`reference has ${reference.length} counts, served has ${served.length}`);
  }
  if (wrong.length > 0) throw mistakes("input", `${of} cannot compare these counts:`, wrong);
}
