/**
 * A chart of columns in the terminal.
 *
 * @module
 */
import { thinned } from "../lib/core/sparkline.ts";

const eighths = " ▁▂▃▄▅▆▇█";
const height = 8;
const mostColumns = 72;

/** Values from left to right, from 0 to the largest; what a column stands for is their mean. */
export function columnChart(values: readonly number[], unit: string): string {
  const columns = thinned(values, mostColumns);
  const top = Math.max(...columns);
  const full = eighths.length - 1;
  const label = (value: number) => `${value.toFixed(0)} ${unit}`.padStart(12);
  return Array.from({ length: height }, (_, line) => {
    const below = height - 1 - line;
    const cells = columns.map((value) => {
      const filled = Math.round(value / top * height * full) - below * full;
      return eighths[Math.min(full, Math.max(0, filled))];
    });
    const isEdge = line === 0 || line === height - 1;
    return `${isEdge ? label(line === 0 ? top : 0) : label(0).replace(/./g, " ")} ┤${
      cells.join("")
    }`;
  }).join("\n");
}
