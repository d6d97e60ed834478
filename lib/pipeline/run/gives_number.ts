/**
 * Which tasks answer with a number, whose name tells nothing apart.
 *
 * @module
 */

/** True for tasks whose head gives numbers and not classes: regressions and rewards. */
export function givesNumber({ kind }: { readonly kind: string }): boolean {
  return kind === "regression" || kind === "reward";
}
