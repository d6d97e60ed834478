/**
 * Colours of trials by how good they are, readable on light and on dark pages.
 *
 * @module
 */
import { palette } from "../../chart/palette.ts";

/** From the worst to the best; both ends have a contrast of 3 or more to white and to near black. */
const [worst, best] = [palette[0], palette[1]];

/** A channel of vega-lite that colours a value, such as the aim of a trial. */
export function valueColour(
  field: string,
  title: string,
  better: "lower" | "higher",
): Record<string, unknown> {
  return {
    field,
    type: "quantitative",
    title,
    scale: { range: better === "higher" ? [worst, best] : [best, worst], zero: false },
    legend: { gradientLength: 110, tickCount: 4, gradientOpacity: 1, offset: 60 },
  };
}

/** A channel that colours trials from the first to the last. */
export function orderColour(field: string): Record<string, unknown> {
  return {
    field,
    type: "quantitative",
    title: "trial",
    scale: { range: [worst, best], zero: false },
    legend: { gradientLength: 110, tickCount: 4, gradientOpacity: 1, format: "d" },
  };
}
