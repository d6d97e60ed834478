/**
 * Numbers for people.
 *
 * @module
 */

const decimals = 4;

/** Four decimals; what has no value is said so. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : "undefined";
}
