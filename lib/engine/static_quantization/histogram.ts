/**
 * Counts of numbers in bins of one width around zero, with the edges that `numpy.histogram` has in float32.
 *
 * @module
 */

/** How many bins the ranges are chosen among; onnxruntime.quantization takes as many for percentiles. */
export const histogramBins = 2048;

/** Counts between edges. */
export interface Histogram {
  /** [bins] */
  readonly counts: Float64Array;
  /** [bins + 1] float32 */
  readonly edges: Float32Array;
}

/** An empty histogram from −threshold to threshold. */
export function emptyHistogram(threshold: number): Histogram {
  const edges = new Float32Array(histogramBins + 1);
  const step = Math.fround(2 * threshold / histogramBins);
  for (let i = 0; i < edges.length; i++) edges[i] = Math.fround(i * step) - threshold;
  edges[histogramBins] = threshold;
  return { counts: new Float64Array(histogramBins), edges };
}

/** Adds numbers; each must lie between the outer edges. */
export function countNumbers({ counts, edges }: Histogram, numbers: Float32Array): void {
  const [first, last] = [edges[0], edges[histogramBins]];
  const factor = histogramBins / (last - first);
  for (const number of numbers) {
    let bin = Math.min(histogramBins - 1, Math.floor((number - first) * factor));
    if (number < edges[bin]) bin--;
    else if (bin < histogramBins - 1 && number >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
}
