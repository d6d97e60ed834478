/**
 * Refuses objects that a detector cannot learn.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { boxNumbers } from "./box_shares.ts";
import type { ImageObjects } from "./match_queries.ts";

/** Throws an error of kind "data" with all rows that have too many objects, or some of no class. */
export function checkObjects(
  objects: readonly ImageObjects[],
  { classes, queries = Infinity }: { readonly classes: number; readonly queries?: number },
): void {
  const wrong = objects.flatMap(({ classes: own, boxes }, row) => {
    const of = (words: string) => `row ${row + 1}: ${words}`;
    const unknown = Array.from(own).filter((label) => !(label >= 0 && label < classes));
    return [
      ...(own.length > queries
        ? [of(`${own.length} objects, but the model has ${queries} queries`)]
        : []),
      ...(boxes.length === own.length * boxNumbers
        ? []
        : [of(`${boxes.length} numbers are no boxes of ${own.length} objects`)]),
      ...(unknown.length === 0 ? [] : [of(`there is no class ${unknown.join(", ")}`)]),
    ];
  });
  if (wrong.length > 0) throw mistakes("data", "some objects cannot be learned:", wrong);
}
