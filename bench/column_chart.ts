/**
 * A chart of columns in the terminal.
 *
 * @module
 */
import { thinned } from "../lib/core/sparkline.ts";

const eighths = " ▁▂▃▄▅▆▇█";
const height = 8;
const mostColumns = 72;
const labelWidth = 12;

/** Values from left to right, from the smallest to the largest; a column is the mean of some. */
export function columnChart(values: readonly number[], unit: string): string {
  const columns = thinned(values, mostColumns);
  const [low, high] = [Math.min(...columns), Math.max(...columns)];
  const full = eighths.length - 1;
  const filled = columns.map((value) =>
    high > low ? Math.max(1, Math.round((value - low) / (high - low) * height * full)) : 1
  );
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * full;
    const cells = filled.map((each) => eighths[Math.min(full, Math.max(0, each - below))]);
    const label = line === 0 ? high : line === height - 1 ? low : undefined;
    const text = label === undefined ? "" : `${label.toFixed(0)} ${unit}`;
    return `${text.padStart(labelWidth)} ┤${cells.join("")}`;
  }).join("\n");
}
