/**
 * Maps of another height and width, in the ways in which frameworks count where a number lies.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { ops, type Tensor, tf } from "../../../engine/mod.ts";
import { listIn, type NodeCall, tensorAt, textIn } from "./node_call.ts";

/** One axis on its way to another size. */
interface Axis {
  readonly from: number;
  readonly to: number;
  /** Elements of the result for one of the map. */
  readonly scale: number;
  /** Whether the scale was asked for, and not the size. */
  readonly isScaled: boolean;
}

/** Rows of the largest map; more are a mistake in a file. */
const mostRows = 1 << 14;

/** The sizes that are asked for, of an input or an attribute; scales first where both are there. */
function axesOf(call: NodeCall, x: Tensor): [Axis, Axis] {
  const isUpsample = call.node.op === "Upsample";
  const scales = listIn(call, "scales", isUpsample ? 1 : 2) ?? [];
  const sizes = isUpsample ? [] : listIn(call, "sizes", 3) ?? [];
  const axis = (at: number): Axis => {
    const from = x.shape[at]!;
    // A list of two is of height and width alone.
    const [scale, size] = [scales, sizes].map((list) => list.at(at - 4));
    if (scale !== undefined) return { from, to: Math.floor(from * scale), scale, isScaled: true };
    if (size !== undefined) return { from, to: size, scale: size / from, isScaled: false };
    throw new TunebookError("weights", `${call.node.op} (${call.node.outputs[0]}) says no size`);
  };
  const axes: [Axis, Axis] = [axis(2), axis(3)];
  if (axes.every(({ to }) => Number.isSafeInteger(to) && to > 0 && to <= mostRows)) return axes;
  throw new TunebookError(
    "unsupported",
    `${call.node.op} (${call.node.outputs[0]}) makes maps of ${
      axes.map(({ to }) => to).join(" × ")
    }`,
  );
}

/** Where an element of the result lies in the map, by ONNX's names of the ways to count. */
const places: Readonly<Record<string, (at: number, axis: Axis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  pytorch_half_pixel: (at, { scale, to }) => to > 1 ? (at + 0.5) / scale - 0.5 : 0,
  asymmetric: (at, { scale }) => at / scale,
  align_corners: (at, { from, to }) => to > 1 ? at * (from - 1) / (to - 1) : 0,
  tf_half_pixel_for_nn: (at, { scale }) => (at + 0.5) / scale,
};

const roundings: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Resizes by interpolation between the nearest numbers, or to the nearest one. */
export function resized(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const axes = axesOf(call, x);
  const mode = textIn(call, "mode", "nearest");
  const isUpsample = call.node.op === "Upsample";
  const fallback = isUpsample ? "asymmetric" : "half_pixel";
  const counting = textIn(call, "coordinate_transformation_mode", fallback);
  const rounding = isUpsample ? "floor" : textIn(call, "nearest_mode", "round_prefer_floor");
  const [place, round] = [places[counting], roundings[rounding]];
  const isCubic = mode === "cubic" && ["half_pixel", "align_corners"].includes(counting);
  if (!["nearest", "linear"].includes(mode) && !isCubic || !place || !round) {
    throw new TunebookError(
      "unsupported",
      `${call.node.op} (${call.node.outputs[0]}) with the mode ${mode}, ${counting}`,
    );
  }
  if (axes.every(({ from, to }) => from === to)) return x;
  const [{ to: height, scale: down, isScaled }, { to: width, scale: across }] = axes;
  const isMultiple = axes.every(({ scale }) => Number.isInteger(scale));
  if (mode === "nearest" && isMultiple && isEven(axes, place, round)) {
    return ops.resize2d(x, { scale: [down, across] }, { mode: "nearest" });
  }
  if (
    isCubic || mode === "linear" && counting !== "asymmetric" && counting !== "tf_half_pixel_for_nn"
  ) {
    const alignCorners = counting === "align_corners";
    const target = isScaled ? { scale: [down, across] as const } : { height, width };
    return ops.resize2d(x, target, { mode: isCubic ? "bicubic" : "bilinear", alignCorners });
  }
  const matrices = axes.map((axis) => {
    const weights = new Float32Array(axis.to * axis.from);
    for (let row = 0; row < axis.to; row++) {
      const add = (at: number, weight: number) => {
        weights[row * axis.from + Math.min(axis.from - 1, Math.max(0, at))] += weight;
      };
      const at = place(row, axis);
      if (mode === "nearest") add(round(at), 1);
      else {
        add(Math.floor(at), 1 - (at - Math.floor(at)));
        add(Math.floor(at) + 1, at - Math.floor(at));
      }
    }
    return tf.tensor(weights, [axis.to, axis.from]);
  });
  return interpolated(x, matrices);
}

/** Whether each number is simply repeated. */
function isEven(
  axes: readonly Axis[],
  place: (at: number, axis: Axis) => number,
  round: (place: number) => number,
): boolean {
  return axes.every((axis) => {
    for (let at = 0; at < axis.to; at++) {
      const found = Math.min(axis.from - 1, Math.max(0, round(place(at, axis))));
      if (found !== Math.floor(at / axis.scale)) return false;
    }
    return true;
  });
}

/** rows · x · columnsᵀ for each map; rows and columns are [to, from]. */
function interpolated(x: Tensor, [rows, columns]: readonly Tensor[]): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const [down, across] = [rows.shape[0], columns.shape[0]];
  const wide = tf.matMul(tf.reshape(x, [n * channels * height, width]), columns, false, true);
  const maps = tf.reshape(wide, [n * channels, height, across]);
  const tall = tf.matMul(tf.reshape(rows, [1, down, height]), maps);
  return tf.reshape(tall, [n, channels, down, across]);
}
