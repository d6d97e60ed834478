/**
 * Constants of graphs that are made out of others, such as weights that a file holds quantised or turned.
 *
 * @module
 */
import type { GraphConstant } from "../../engine/mod.ts";

/** How many numbers a shape has. */
export const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** A constant of numbers that are there already. */
export function constantOf(
  shape: readonly number[],
  numbers: ArrayLike<number>,
  type: GraphConstant["type"] = "float",
): GraphConstant {
  return {
    shape,
    type,
    read: () => type === "float" ? Float32Array.from(numbers) : Float64Array.from(numbers),
  };
}

/** The same numbers in another shape of as many. */
export function reshaped(constant: GraphConstant, shape: readonly number[]): GraphConstant {
  return { ...constant, shape };
}

/** The axes in another order: axis i of the result is axis `order[i]`. */
export function turned(constant: GraphConstant, order: readonly number[]): GraphConstant {
  if (order.every((axis, i) => axis === i)) return constant;
  const shape = order.map((axis) => constant.shape[axis]);
  const strides = constant.shape.map((_, axis) => countOf(constant.shape.slice(axis + 1)));
  const steps = order.map((axis) => strides[axis]);
  return {
    shape,
    type: constant.type,
    read() {
      const source = constant.read();
      const target = source instanceof Float32Array
        ? new Float32Array(source.length)
        : new Float64Array(source.length);
      const at = shape.map(() => 0);
      let from = 0;
      for (let to = 0; to < target.length; to++) {
        target[to] = source[from];
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          from += steps[axis];
          if (++at[axis] < shape[axis]) break;
          from -= steps[axis] * shape[axis];
          at[axis] = 0;
        }
      }
      return target;
    },
  };
}

/** The numbers changed one by one; `at` is the index in row order. */
export function changed(
  constant: GraphConstant,
  change: (number: number, at: number) => number,
): GraphConstant {
  return {
    shape: constant.shape,
    type: "float",
    read: () => Float32Array.from(constant.read(), change),
  };
}

/** (x − zeroPoint) · scale, with one scale for all, or one for each index of `axis`. */
export function dequantised(
  x: GraphConstant,
  scale: GraphConstant,
  zeroPoint: GraphConstant | undefined,
  axis: number,
): GraphConstant {
  const scales = scale.read();
  const zeros = zeroPoint?.read();
  const inner = countOf(x.shape.slice(axis + 1));
  const indexOf = (at: number) => scales.length === 1 ? 0 : Math.floor(at / inner) % scales.length;
  return changed(x, (number, at) => {
    const index = indexOf(at);
    return (number - (zeros?.[index] ?? 0)) * scales[index];
  });
}

/** The broadcast of a constant to `rank` axes, by axes of size 1 before its own. */
export function withRank(constant: GraphConstant, rank: number): GraphConstant {
  const missing = Math.max(0, rank - constant.shape.length);
  return reshaped(constant, [...Array<number>(missing).fill(1), ...constant.shape]);
}
