/**
 * The range whose rounded numbers are distributed most like the numbers themselves, by the Kullback–Leibler divergence
 * (S. Migacz, 8-bit inference with TensorRT, GTC 2017), as `get_entropy_threshold` of onnxruntime.quantization has it.
 *
 * @module
 */
import type { Histogram } from "./histogram.ts";
import type { ValueRange } from "./value_range.ts";

/** The bins that stand for the codes. */
const codeBins = 128;
/** What an empty bin counts, so that its logarithm is a number. */
const smoothing = 1e-4;

/** Tries all ranges of as many bins on both sides of zero. */
export function entropyRange({ counts, edges }: Histogram): ValueRange {
  const middle = counts.length / 2;
  const before = sumsBefore(counts);
  let best: { readonly divergence: number; readonly range: ValueRange } | undefined;
  for (let half = codeBins / 2; half <= middle; half++) {
    const [start, end] = [middle - half, Math.min(middle + half + 1, counts.length)];
    const divergence = divergenceOf(counts, before, start, end);
    if (best && !(divergence < best.divergence)) continue;
    best = { divergence, range: { low: edges[start], high: edges[end] } };
  }
  return best!.range;
}

/** The counts before each bin and before the end. */
function sumsBefore(counts: Float64Array): Float64Array {
  const sums = new Float64Array(counts.length + 1);
  for (let bin = 0; bin < counts.length; bin++) sums[bin + 1] = sums[bin] + counts[bin];
  return sums;
}

/** How far the rounded counts of a range are from the counts with all that is cut off at its ends. */
function divergenceOf(
  counts: Float64Array,
  before: Float64Array,
  start: number,
  end: number,
): number {
  const size = end - start;
  const exact = counts.slice(start, end);
  exact[0] += before[start];
  exact[size - 1] += before[counts.length] - before[end];
  const merged = Math.floor(size / codeBins);
  const rounded = new Float64Array(size);
  for (let code = 0; code < codeBins; code++) {
    const from = code * merged;
    const to = from + merged;
    const isLast = code === codeBins - 1;
    const all = before[start + (isLast ? size : to)] - before[start + from];
    let filled = 0;
    for (let bin = from; bin < to; bin++) if (exact[bin] !== 0) filled++;
    // Counts are whole numbers there, too.
    if (filled > 0) rounded.fill(Math.trunc(all / filled), from, to);
  }
  return smooth(exact) && smooth(rounded) ? divergence(exact, rounded) : Infinity;
}

/** Gives empty bins a little, which all others pay; false where all are empty. */
function smooth(counts: Float64Array): boolean {
  const empty = counts.reduce((sum, count) => sum + Number(count === 0), 0);
  const filled = counts.length - empty;
  if (filled === 0) return false;
  const paid = smoothing * empty / filled;
  for (let bin = 0; bin < counts.length; bin++) {
    counts[bin] = Math.fround(counts[bin] + (counts[bin] === 0 ? smoothing : -paid));
  }
  return true;
}

/** Σ p · ln(p / q) of counts. */
function divergence(exact: Float64Array, rounded: Float64Array): number {
  const [p, q] = [exact, rounded].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  let sum = 0;
  for (let bin = 0; bin < exact.length; bin++) {
    const share = exact[bin] / p;
    sum += share * Math.log(share * q / rounded[bin]);
  }
  return sum;
}
