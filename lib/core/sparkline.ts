/**
 * Small pictures of numbers that need no chart library: block characters, and an SVG of bars.
 *
 * @module
 */
import { barColour, type Html, svgImage } from "./html.ts";

const blocks = "▁▂▃▄▅▆▇█";

/**
 * The numbers as block characters, the smallest lowest; at most `width` characters, each the mean
 * of the numbers that it stands for. A number that is not finite is a blank.
 */
export function sparkline(values: ArrayLike<number>, width = 40): string {
  const means = thinned(values, width);
  const finite = means.filter(Number.isFinite);
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low;
  return means.map((value) => {
    if (!Number.isFinite(value)) return " ";
    const share = range > 0 ? (value - low) / range : 0;
    return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))];
  }).join("");
}

/** Counts as block characters: an empty bin is a blank, so that 0 does not look like 1. */
export function histogramText(counts: readonly number[]): string {
  const most = Math.max(...counts);
  return counts.map((count) =>
    count > 0 ? blocks[Math.min(7, Math.floor(count / most * blocks.length))] : "·"
  ).join("");
}

/** Counts as a small picture of bars; `alt` says in words what they are. */
export function histogramImage(counts: readonly number[], alt: string): Html {
  const [barWidth, height] = [6, 24];
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, at) => {
    // One row in a large bin must still be seen.
    const tall = count > 0 ? Math.max(1, height * count / most) : 0;
    return `<rect x="${at * barWidth}" y="${(height - tall).toFixed(1)}" width="${barWidth - 1}" ` +
      `height="${tall.toFixed(1)}" fill="${barColour}"/>`;
  });
  const width = counts.length * barWidth;
  return svgImage(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${
      bars.join("")
    }</svg>`,
    alt,
  );
}

/** Equal bins over the range of the finite numbers; whole numbers get whole bins. */
export function histogramOf(
  values: ArrayLike<number>,
  mostBins = 12,
): { readonly counts: readonly number[]; readonly low: number; readonly high: number } {
  let [low, high, isWhole] = [Infinity, -Infinity, true];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
    isWhole &&= Number.isInteger(values[i]);
  }
  if (low > high) return { counts: [], low: NaN, high: NaN };
  if (high - low === Infinity) {
    // The range of the largest numbers is no number; that of their quarters is.
    const { counts } = histogramOf(Float64Array.from(values, (value) => value / 4), mostBins);
    return { counts, low, high };
  }
  const width = isWhole ? Math.ceil((high - low + 1) / mostBins) : (high - low) / mostBins;
  const bins = isWhole ? Math.ceil((high - low + 1) / width) : width > 0 ? mostBins : 1;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const bin = width > 0 ? Math.floor((values[i] - low) / width) : 0;
    counts[Math.min(bins - 1, bin)]++;
  }
  return { counts, low, high };
}

/** At most `width` numbers, each the mean of a run of them. */
export function thinned(values: ArrayLike<number>, width: number): number[] {
  const count = Math.min(width, values.length);
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor(at * values.length / count);
    const to = Math.floor((at + 1) * values.length / count);
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum / (to - from);
  });
}
