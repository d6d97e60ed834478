/**
 * Lists of vectors.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../../core/errors.ts";

/** Throws an error of kind "data" for no vectors, for those of unlike lengths, and for what is no number. */
export function checkOutlierVectors(
  of: string,
  vectors: readonly ArrayLike<number>[],
  size: number | undefined = vectors[0]?.length,
): void {
  if (vectors.length === 0) throw new TunebookError("data", `${of} got no vectors`);
  const wrong = vectors.flatMap((vector, row) => {
    if (vector?.length !== size || size === 0) {
      return [`vector ${row + 1} has ${vector?.length ?? "no"} numbers, not ${size || "some"}`];
    }
    const bad = Array.from(vector).find((value) => !Number.isFinite(value));
    return bad === undefined ? [] : [`vector ${row + 1} has ${bad}`];
  });
  if (wrong.length > 0) throw mistakes("data", `${of} cannot read these vectors:`, wrong);
}
