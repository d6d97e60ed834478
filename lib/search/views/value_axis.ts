/**
 * Axes of parameters: logarithmic where ratios count, with ticks that can be read.
 *
 * @module
 */
import type { Dimension, NumberDimension } from "../space/dimension.ts";
import { choiceLabel } from "./viewed_search.ts";

/** A scale and an axis of vega-lite for the values of a parameter. */
export interface ValueAxis {
  readonly type: "quantitative" | "nominal";
  readonly scale: Readonly<Record<string, unknown>>;
  readonly axis: Readonly<Record<string, unknown>>;
}

/** Ticks of an axis that is as wide as a small plot. */
const mostTicks = 5;
/** Longer labels of choices are cut. */
const labelPixels = 90;

/** The axis of a parameter; a choice has its labels in their order. */
export function valueAxis(dimension: Dimension): ValueAxis {
  if (dimension.kind === "choice") {
    const labels = Array.from({ length: dimension.count }, (_, at) => choiceLabel(dimension, at));
    return {
      type: "nominal",
      scale: { domain: labels },
      axis: { labelAngle: labels.join("").length > 24 ? -35 : 0, labelLimit: labelPixels },
    };
  }
  const { low, high, log } = dimension;
  const scale = low === high ? {} : { domain: [low, high], padding: 5 };
  return {
    type: "quantitative",
    scale: { ...scale, nice: false, ...(log ? { type: "log" } : { zero: false }) },
    axis: log
      ? { values: logTicks(dimension), format: isFar(dimension) ? "~e" : "~g" }
      : { tickCount: mostTicks, ...(dimension.kind === "int" ? { tickMinStep: 1 } : {}) },
  };
}

/** Whether the bounds are two powers of ten apart or more. */
function isFar({ low, high }: NumberDimension): boolean {
  return high / low >= 100 && (low < 1e-3 || high > 1e4);
}

/** Powers of ten, of two for whole numbers that are nearer, or 1, 2 and 5 of each power. */
export function logTicks({ kind, low, high }: NumberDimension): number[] {
  const between = (values: readonly number[]) =>
    values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  const powers = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)));
  const tens = between(powers.map((power) => Number(`1e${power}`)));
  const fine = kind === "int"
    ? between(range(0, Math.ceil(Math.log2(high))).map((power) => 2 ** power))
    : between(powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`))));
  const ticks = tens.length >= 3 ? tens : fine;
  const every = Math.ceil(ticks.length / (mostTicks + 1));
  return ticks.filter((_, at) => at % every === 0);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
