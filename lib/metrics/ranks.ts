/**
 * Ranks of values, ties sharing their mean rank.
 *
 * @module
 */

/** The rank of each value from 1 up; equal values get the mean of the ranks they take. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    const mean = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) ranks[order[i]] = mean;
    start = end;
  }
  return ranks;
}
