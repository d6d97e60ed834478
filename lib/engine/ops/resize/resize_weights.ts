/**
 * How much each element of a resized axis takes from each element of the axis.
 *
 * @module
 */

/** How numbers between those of a map are found. */
export type ResizeMode = "nearest" | "bilinear" | "bicubic";

/** One axis on its way to another size. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  /** The scale that was asked for; `to / from` unless given. */
  readonly scale?: number | undefined;
}

/** Keys' cubic convolution (1981) with PyTorch's and ONNX's coefficient. */
const cubic = -0.75;

function cubicWeight(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((cubic + 2) * d - (cubic + 3)) * d * d + 1;
  if (d >= 2) return 0;
  return ((cubic * d - 5 * cubic) * d + 8 * cubic) * d - 4 * cubic;
}

/** Where the middle of a resized element lies in the axis, in float32 as PyTorch counts it. */
function middleOf(at: number, { from, to, scale }: ResizedAxis, alignCorners: boolean): number {
  if (alignCorners) return to === 1 ? 0 : Math.fround(at * Math.fround((from - 1) / (to - 1)));
  const step = Math.fround(scale === undefined ? from / to : 1 / scale);
  return Math.fround(step * (at + 0.5) - 0.5);
}

/**
 * The weights of PyTorch's `interpolate` along one axis, without antialiasing: [to, from], each row of
 * which adds up to 1. Elements beyond the ends are those at the ends.
 */
export function resizeWeights(
  axis: ResizedAxis,
  mode: ResizeMode,
  alignCorners: boolean,
): Float32Array {
  const { from, to, scale } = axis;
  const weights = new Float32Array(to * from);
  const add = (row: number, at: number, weight: number) => {
    weights[row * from + Math.min(from - 1, Math.max(0, at))] += weight;
  };
  const step = Math.fround(scale === undefined ? from / to : 1 / scale);
  for (let row = 0; row < to; row++) {
    if (mode === "nearest") {
      add(row, Math.floor(Math.fround(row * step)), 1);
      continue;
    }
    const middle = middleOf(row, axis, alignCorners);
    const below = Math.floor(middle);
    const rest = middle - below;
    if (mode === "bilinear") {
      add(row, below, 1 - rest);
      add(row, below + 1, rest);
    } else {
      for (let offset = -1; offset <= 2; offset++) {
        add(row, below + offset, cubicWeight(rest - offset));
      }
    }
  }
  return weights;
}
