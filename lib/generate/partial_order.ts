/**
 * Thresholds of long lists of numbers without sorting them: numbers are counted by the upper half of their
 * bits, and only those of one such bin are sorted.
 *
 * @module
 */

/** Upper halves of 32 bits. */
const bins = 1 << 16;
const counts = new Uint32Array(bins);
const sums = new Float64Array(bins);

/** The largest of some numbers, −Infinity where there is none. */
export function largest(values: Float32Array): number {
  let found = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > found) found = values[i];
  }
  return found;
}

/** The `k`-th largest of some numbers, equal ones counted one by one. */
export function kthLargest(values: Float32Array, k: number): number {
  if (k === 1) return largest(values);
  const bits = bitsOf(values);
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) counts[binOf(bits[i])]++;
  let bin = bins;
  let above = 0;
  while (above < k && bin > 0) above += counts[--bin];
  const inside = new Float32Array(counts[bin]);
  for (let i = 0, at = 0; i < bits.length; i++) {
    if (binOf(bits[i]) === bin) inside[at++] = values[i];
  }
  inside.sort();
  // So many in the bin are at least as large as the one that is looked for, itself included.
  const rank = k - (above - inside.length);
  return inside[inside.length - rank];
}

/**
 * Goes through `values` from the smallest to the largest, equal ones in their order, and adds up their
 * masses. Returns the index at which the sum first exceeds `limit` (`reaching`: is at least `limit`),
 * of the largest value where that never happens.
 *
 * @param masses one for each value, from 0
 */
export function firstBeyond(
  values: Float32Array,
  masses: Float32Array,
  limit: number,
  reaching: boolean,
): number {
  const isBeyond = (sum: number) => reaching ? sum >= limit : sum > limit;
  const bits = bitsOf(values);
  sums.fill(0);
  for (let i = 0; i < bits.length; i++) sums[binOf(bits[i])] += masses[i];
  let bin = 0;
  let before = 0;
  while (bin < bins && (sums[bin] === 0 || !isBeyond(before + sums[bin]))) before += sums[bin++];
  // Rounding may leave the sum of all below the limit.
  if (bin === bins) return lastLargest(values);
  const inside: number[] = [];
  for (let i = 0; i < bits.length; i++) {
    if (binOf(bits[i]) === bin) inside.push(i);
  }
  const order = Uint32Array.from(inside).sort((a, b) => values[a] - values[b] || a - b);
  for (const index of order) {
    before += masses[index];
    if (isBeyond(before)) return index;
  }
  return order[order.length - 1];
}

function lastLargest(values: Float32Array): number {
  return values.lastIndexOf(largest(values));
}

/** The same memory as integers. */
function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** Grows with the number of these bits: negative ones are turned round. */
function binOf(bits: number): number {
  return ((bits ^ ((bits >> 31) & 0x7fffffff)) >> 16) + (bins >> 1);
}
