/**
 * The log-odds of a class, which rank rows as its probability does.
 *
 * @module
 */

/**
 * Ranks rows as the softmax of class k does, but does not round to equal values near 0 and 1.
 * The others are added in sorted order, so that rows which only swap them stay tied.
 */
export function logOdds(row: Float32Array, k: number): number {
  const others = row.filter((_, j) => j !== k).sort();
  const top = others[others.length - 1];
  const sum = others.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return row[k] - top - Math.log(sum);
}
