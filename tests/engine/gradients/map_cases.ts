/**
 * Cases of the gradients of ops on maps, by op.
 *
 * @module
 */
import * as ops from "../../../lib/engine/ops/mod.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { type Case, floats, type Given, given } from "../parity.ts";

function convolution(name: string, shapes: readonly number[][], options: ops.Conv2dOptions): Case {
  const inputs = shapes.map((shape) => floats(shape));
  return { kernel: "conv2d", name, inputs, run: (x, weight) => ops.conv2d(x, weight, options) };
}

function transposed(
  name: string,
  shapes: readonly number[][],
  options: ops.ConvTranspose2dOptions,
): Case {
  return {
    kernel: "convTranspose2d",
    name,
    inputs: shapes.map((shape) => floats(shape)),
    run: (x, weight) => ops.convTranspose2d(x, weight, options),
  };
}

/** Numbers in another order, far enough from each other that a step makes no other one the largest. */
function apart(shape: number[]): Given {
  const size = shape.reduce((a, b) => a * b, 1);
  return given("float32", shape, Array.from({ length: size }, (_, i) => (i * 37 % size) / 16 - 2));
}

function pool(name: string, shape: number[], options: ops.MaxPool2dOptions): Case {
  return {
    kernel: "maxPool2d",
    name,
    inputs: [apart(shape)],
    run: (x) => ops.maxPool2d(x, options),
  };
}

function mean(name: string, shape: number[], options: ops.AvgPool2dOptions): Case {
  return {
    kernel: "avgPool2d",
    name,
    inputs: [floats(shape)],
    run: (x) => ops.avgPool2d(x, options),
  };
}

const channels = (...numbers: number[]) => tf.tensor1d(numbers, "float32");

/** Op → cases. */
export const mapCases: Readonly<Record<string, readonly Case[]>> = {
  conv2d: [
    convolution("one by one", [[2, 2, 2, 3], [3, 2, 1, 1]], {}),
    convolution("strided, padded, a row left over", [[1, 2, 4, 5], [2, 2, 3, 3]], {
      stride: 2,
      padding: 1,
    }),
    convolution("strided and dilated, padded on three sides", [[1, 1, 6, 6], [2, 1, 2, 2]], {
      stride: [2, 1],
      dilation: [2, 3],
      padding: [1, 0, 2, 1],
    }),
    convolution("grouped", [[2, 4, 3, 3], [2, 2, 2, 2]], { groups: 2 }),
    convolution("depthwise", [[1, 2, 4, 4], [4, 1, 3, 3]], { groups: 2, stride: 2, padding: 1 }),
  ],
  convTranspose2d: [
    transposed("strided", [[1, 2, 2, 3], [2, 2, 3, 2]], {
      stride: 2,
      padding: [1, 0],
      outputPadding: [1, 0],
    }),
    transposed("grouped and dilated", [[1, 2, 3, 2], [2, 2, 2, 2]], { groups: 2, dilation: 2 }),
  ],
  maxPool2d: [
    pool("apart, a row left over", [1, 2, 5, 4], { kernel: 2 }),
    pool("overlapping", [1, 1, 6, 5], { kernel: 3, stride: 2, padding: 1 }),
    pool("dilated", [1, 1, 5, 5], { kernel: 2, stride: 1, dilation: 2 }),
  ],
  avgPool2d: [
    mean("apart", [1, 2, 4, 4], { kernel: 2 }),
    mean("padding counted", [1, 1, 5, 4], { kernel: 3, stride: 2, padding: 1 }),
    mean("padding not counted", [1, 1, 5, 4], {
      kernel: 3,
      stride: 2,
      padding: 1,
      countsPadding: false,
    }),
  ],
  resize2d: (["nearest", "bilinear", "bicubic"] as const).flatMap((mode) => [
    {
      kernel: "resize2d",
      name: `${mode}, larger`,
      inputs: [floats([1, 2, 3, 2])],
      run: (x) => ops.resize2d(x, { height: 5, width: 4 }, { mode }),
    },
    {
      kernel: "resize2d",
      name: `${mode}, twice`,
      inputs: [floats([1, 2, 2, 3])],
      run: (x) => ops.resize2d(x, { scale: 2 }, { mode, alignCorners: mode === "bilinear" }),
    },
  ]),
  groupNorm: [{
    kernel: "groupNorm",
    name: "two groups",
    inputs: [floats([2, 4, 2, 2]), floats([4]), floats([4])],
    run: (x, scale, offset) => ops.groupNorm(x, scale, offset, { groups: 2, epsilon: 1e-5 }),
  }],
  frozenBatchNorm: [{
    kernel: "frozenBatchNorm",
    name: "given statistics",
    inputs: [floats([2, 3, 2, 2]), floats([3]), floats([3])],
    run: (x, scale, offset) =>
      ops.frozenBatchNorm(
        x,
        { scale, offset, mean: channels(0.1, -1, 2), variance: channels(0.5, 1, 3) },
        1e-5,
      ),
  }],
  batchNorm: [{
    kernel: "batchNorm",
    name: "the batch's own statistics",
    inputs: [floats([2, 3, 2, 3]), floats([3]), floats([3])],
    run: (x, scale, offset) => ops.batchNorm(x, scale, offset, 1e-5).value,
  }],
};
