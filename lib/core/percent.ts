/**
 * Shares as people read them.
 *
 * @module
 */

/** A share of 1 in hundredths with one decimal, `12.5 %`; `missing` where it is not a number. */
export function percent(share: number, missing = ""): string {
  return Number.isNaN(share) ? missing : `${(100 * share).toFixed(1)} %`;
}
