/**
 * Maps of another height and width.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { isOpenSize } from "../trace_backend.ts";
import type { Pair } from "./convolution/window.ts";
import { bothAxes } from "./convolution/window.ts";
import { type ResizedAxis, type ResizeMode, resizeWeights } from "./resize/resize_weights.ts";
import { singleNode } from "./single_node.ts";
import { withGradients } from "./with_gradients.ts";

/** The size that maps get. */
export type ResizeTarget =
  | { readonly height: number; readonly width: number }
  | { readonly scale: number | Pair };

/** How maps are resized. */
export interface Resize2dOptions {
  readonly mode: ResizeMode;
  /** Corners stay where they are, instead of the outer edges; false unless given. */
  readonly alignCorners?: boolean;
}

/** Both axes on their way to another size. */
type Resized = readonly [ResizedAxis, ResizedAxis];

/**
 * PyTorch's `interpolate` without antialiasing. A resize is a linear map of rows and one of columns, and its
 * gradient is their transpose; of `nearest` by whole factors it is a sum over windows.
 *
 * @param x [batch, channels, height, width]; each size but `channels` may be open, where a gradient is taken only
 * for `nearest` by whole factors
 * @param target the new size, which may be another map's open one, or factors of the present one
 * @returns [batch, channels, height, width]
 * @throws TunebookError of kind "input" for a size or factor that is none
 */
export function resize2d(
  x: Tensor,
  target: ResizeTarget,
  { mode, alignCorners = false }: Resize2dOptions,
): Tensor {
  const axes = resizedAxes(x, target);
  if (mode !== "nearest" && mode !== "bilinear" && mode !== "bicubic") {
    throw new TunebookError(
      "input",
      `resize2d: mode "${mode}" must be nearest, bilinear or bicubic`,
    );
  }
  if (axes.every(({ from, to, scale }) => from === to && (scale ?? 1) === 1)) return x;
  const corners = alignCorners && mode !== "nearest";
  return withGradients(
    [x],
    () => {
      const attrs = { axes, mode, alignCorners: corners } as unknown as NamedAttrMap;
      const [value] = singleNode("ResizeMaps", { x }, attrs, () => [
        mapped(x, axes.map((axis) => matrixOf(axis, mode, corners))),
      ]);
      return { value };
    },
    (dy, [x]) => [() => resizedBack(x, dy, axes, mode, corners)],
  );
}

function resizedAxes(x: Tensor, target: ResizeTarget): Resized {
  if (x.rank !== 4) {
    throw new TunebookError(
      "input",
      `resize2d takes maps [batch, channels, height, width], not [${x.shape}]`,
    );
  }
  const from = [x.shape[2]!, x.shape[3]!];
  const scale = "scale" in target ? bothAxes(target.scale) : undefined;
  const to = "scale" in target
    ? from.map((size, at) => Math.floor(size * scale![at]))
    : [target.height, target.width];
  if (
    scale?.every((each) => each > 0) !== false &&
    to.every((size) => Number.isSafeInteger(size) && size > 0)
  ) {
    return [0, 1].map((at) => ({
      from: from[at],
      to: to[at],
      scale: scale?.[at],
    })) as unknown as Resized;
  }
  throw new TunebookError(
    "input",
    `resize2d: ${JSON.stringify(target)} makes no map of ${from[0]} × ${from[1]}`,
  );
}

/** An axis's map, [to, from]. */
function matrixOf(axis: ResizedAxis, mode: ResizeMode, alignCorners: boolean): Tensor {
  return tf.tensor(resizeWeights(axis, mode, alignCorners), [axis.to, axis.from], "float32");
}

/** rows · x · columnsᵀ for each map. */
function mapped(x: Tensor, [rows, columns]: readonly Tensor[], isBack = false): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [down, across] = [rows, columns].map(({ shape: [a, b] }) => isBack ? b! : a);
  const wide = tf.matMul(tf.reshape(x, [n * c * height, width]), columns, false, !isBack);
  const tall = tf.matMul(
    tf.reshape(rows, [1, ...rows.shape]),
    tf.reshape(wide, [n * c, height, across]),
    isBack,
  );
  return tf.reshape(tall, [n, c, down, across]);
}

function resizedBack(
  x: Tensor,
  dy: Tensor,
  axes: Resized,
  mode: ResizeMode,
  alignCorners: boolean,
): Tensor {
  const factors = axes.map(({ from, to, scale }) => scale ?? to / from);
  if (mode === "nearest" && factors.every((each) => Number.isInteger(each))) {
    const [rows, columns] = factors;
    return tf.mul(
      singleNode("AveragePoolMaps", { x: dy }, {
        window: { kernel: factors, stride: factors, dilation: [1, 1], padding: [0, 0, 0, 0] },
        countsPadding: true,
        counts: x.shape.slice(2),
      } as unknown as NamedAttrMap, () => {
        const [n, c, height, width] = x.shape as [number, number, number, number];
        const windows = tf.reshape(dy, [n * c * height, rows, width, columns]);
        return [tf.reshape(tf.mean(windows, [1, 3]), x.shape)];
      })[0],
      rows * columns,
    );
  }
  if (axes.some(({ from, to }) => isOpenSize(from) || isOpenSize(to))) {
    throw new TunebookError(
      "unsupported",
      `resize2d: the gradient of ${mode} needs a fixed height and width of its maps`,
    );
  }
  return mapped(dy, axes.map((axis) => matrixOf(axis, mode, alignCorners)), true);
}
