/**
 * Fisher's exact test of a table of two by two.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { logGamma } from "../core/gamma_tail.ts";

/**
 * The chance that, of `drawn` out of `rows` of which `marked` have a mark, `found` or more have it: Fisher's exact
 * test (1922), one-sided. Equals SciPy's `fisher_exact(…, alternative="greater")` to 1e-9.
 *
 * @throws {TunebookError} of kind `input` for counts that no table has.
 *
 * @example
 * ```ts
 * import { fisherExact } from "./fisher_exact.ts";
 * import assert from "node:assert/strict";
 *
 * // Both of two drawn out of four have the mark that two have.
 * assert.ok(Math.abs(fisherExact({ found: 2, drawn: 2, marked: 2, rows: 4 }) - 1 / 6) < 1e-12);
 * ```
 */
export function fisherExact(
  { found, drawn, marked, rows }: {
    readonly found: number;
    readonly drawn: number;
    readonly marked: number;
    readonly rows: number;
  },
): number {
  const counts = [found, drawn - found, marked - found, rows - drawn - marked + found];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new TunebookError("input", `fisherExact has no table of ${JSON.stringify(counts)}`);
  }
  const all = logChoices(rows, drawn);
  let sum = 0;
  for (let count = found; count <= Math.min(drawn, marked); count++) {
    sum += Math.exp(logChoices(marked, count) + logChoices(rows - marked, drawn - count) - all);
  }
  return Math.min(1, sum);
}

/** The logarithm of n over k. */
function logChoices(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
