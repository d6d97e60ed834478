/**
 * Thresholds of long lists of numbers without sorting them: numbers are counted by the upper half of their
 * bits, and those of one such bin by the lower half.
 *
 * @module
 */

/** Halves of 32 bits. */
const bins = 1 << 16;
const counts = new Uint32Array(bins);
const sums = new Float64Array(bins);
let members = new Int32Array(0);

/** The largest of some numbers, −Infinity where there is none. */
export function largestOf(values: Float32Array): number {
  let found = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > found) found = values[i];
  }
  return found;
}

/** The `k`-th largest of some numbers, equal ones counted one by one; `k` is at most their number. */
export function kthLargest(values: Float32Array, k: number): number {
  if (k === 1) return largestOf(values);
  const bits = bitsOf(values);
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) counts[upperHalf(orderOf(bits[i]))]++;
  let bin = bins - 1;
  let rank = k;
  while (rank > counts[bin]) rank -= counts[bin--];
  const inside = Float32Array.from(membersOf(bits, bin), (index) => values[index]).sort();
  return inside[inside.length - rank];
}

/**
 * Goes through `values` from the smallest to the largest, equal ones in their order, and adds up their
 * masses. Returns the index at which the sum first exceeds `limit` (`reaching`: is at least `limit`), of the
 * last of the largest values where that never happens.
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
  for (let i = 0; i < bits.length; i++) sums[upperHalf(orderOf(bits[i]))] += masses[i];
  const [upper, below] = binBeyond(0, isBeyond);
  // Rounding may leave the sum of all below the limit.
  if (upper === bins) return values.lastIndexOf(largestOf(values));
  const inside = membersOf(bits, upper);
  sums.fill(0);
  for (const index of inside) sums[lowerHalf(orderOf(bits[index]))] += masses[index];
  const [lower, before] = binBeyond(below, isBeyond);
  // Added in another order, the sum of the bin may stay below: then it is the largest of them.
  const target = lower < bins ? lower : inside.reduce(
    (most, index) => Math.max(most, lowerHalf(orderOf(bits[index]))),
    0,
  );
  const equal = inside.filter((index) => lowerHalf(orderOf(bits[index])) === target);
  let sum = before;
  return equal.find((index) => isBeyond(sum += masses[index])) ?? equal[equal.length - 1];
}

/** The first bin at which the sum is beyond the limit, and the sum of those below it. */
function binBeyond(
  from: number,
  isBeyond: (sum: number) => boolean,
): [bin: number, below: number] {
  let below = from;
  let bin = 0;
  while (bin < bins && (sums[bin] === 0 || !isBeyond(below + sums[bin]))) below += sums[bin++];
  return [bin, below];
}

/** The indices of the numbers in one bin of upper halves. */
function membersOf(bits: Int32Array, upper: number): Int32Array {
  if (members.length < bits.length) members = new Int32Array(bits.length);
  let found = 0;
  for (let i = 0; i < bits.length; i++) {
    if (upperHalf(orderOf(bits[i])) === upper) members[found++] = i;
  }
  return members.subarray(0, found);
}

/** The same memory as integers. */
function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** Integers in the order of the numbers: those of negative numbers are turned round. */
function orderOf(bits: number): number {
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function upperHalf(order: number): number {
  return (order >> 16) + (bins >> 1);
}

function lowerHalf(order: number): number {
  return order & (bins - 1);
}
