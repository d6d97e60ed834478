/**
 * How a window slides over the height and width of maps.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";

/** A number for height and width. */
export type Pair = readonly [height: number, width: number];

/** Rows and columns around a map. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

/** How a window slides; one number stands for both directions. */
export interface WindowOptions {
  /** Distance of neighbouring windows; 1 unless given. */
  readonly stride?: number | Pair;
  /** Rows and columns that are added around the map; 0 unless given. */
  readonly padding?: number | Pair | Padding;
  /** Distance of neighbouring elements of a window; 1 unless given. */
  readonly dilation?: number | Pair;
}

/** A window with all that it needs. */
export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
}

/**
 * Completes the options of a window.
 *
 * @param of what takes the options, for errors
 * @throws TunebookError of kind "input" with every number that is no distance
 */
export function windowOf(
  of: string,
  kernel: Pair,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
): Window {
  const window: Window = {
    kernel,
    stride: bothAxes(stride),
    dilation: bothAxes(dilation),
    padding: paddingOf(padding),
  };
  const wrong = [
    ...(["kernel", "stride", "dilation"] as const).flatMap((name) =>
      isWhole(window[name], 1) && window[name].length === 2
        ? []
        : [`${name} ${shown(window[name])} must be one or two whole numbers above 0`]
    ),
    ...(isWhole(window.padding, 0) && window.padding.length === 4
      ? []
      : [`padding ${shown(padding)} must be one, two or four whole numbers from 0`]),
  ];
  if (wrong.length > 0) throw new TunebookError("input", `${of}: ${wrong.join("; ")}`);
  return window;
}

/** One number for both directions, or one for each. */
export const bothAxes = (value: number | Pair): Pair =>
  typeof value === "number" ? [value, value] : value;

function paddingOf(value: number | Pair | Padding): Padding {
  const [top, left, bottom, right] = typeof value === "number" ? [value, value] : value;
  return [top, left, bottom ?? top, right ?? left];
}

const isWhole = (numbers: readonly number[], least: number) =>
  numbers.every((each) => Number.isSafeInteger(each) && each >= least);
const shown = (value: unknown) => JSON.stringify(value);

/** Rows and columns that a window with its gaps covers. */
export function reachOf({ kernel, dilation }: Window): Pair {
  return [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1];
}

/** Rows and columns that padding adds. */
export const addedBy = ([top, left, bottom, right]: Padding): Pair => [top + bottom, left + right];

/**
 * How many windows fit into a map, its height and width being known.
 *
 * @throws TunebookError of kind "input" where the map is smaller than one window
 */
export function windowsIn(of: string, [height, width]: Pair, window: Window): Pair {
  const [reach, added] = [reachOf(window), addedBy(window.padding)];
  const counts = [height, width].map((size, axis) =>
    Math.floor((size + added[axis] - reach[axis]) / window.stride[axis]) + 1
  );
  if (counts.every((count) => count >= 1)) return counts as unknown as Pair;
  throw new TunebookError(
    "input",
    `${of}: a map of ${height} × ${width} with the padding [${window.padding}] is smaller than the ` +
      `window of ${reach[0]} × ${reach[1]}`,
  );
}

/** Height and width of what a transposed convolution gives. */
export function sizeBack([height, width]: Pair, window: Window, outputPadding: Pair): Pair {
  const added = addedBy(window.padding);
  const [down, across] = [height, width].map((count, at) =>
    (count - 1) * window.stride[at] + window.dilation[at] * (window.kernel[at] - 1) + 1 -
    added[at] + outputPadding[at]
  );
  return [down, across];
}

/** All offsets within a window, row by row. */
export function offsetsOf([height, width]: Pair): Pair[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);
}
