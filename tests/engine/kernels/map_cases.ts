/**
 * Cases of the kernels of maps; what they compute is compared with PyTorch's in ops/convolutions_test.ts.
 *
 * @module
 */
import * as ops from "../../../lib/engine/ops/mod.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { type Case, floats, given } from "../parity.ts";

/** The gradients of a sum of squares by all inputs. */
function gradients(run: (...inputs: Tensor[]) => Tensor) {
  return (...inputs: Tensor[]): Tensor[] =>
    tf.grads((...given: Tensor[]) => tf.sum(tf.square(run(...given))))(inputs);
}

const convolutionCases: readonly Case[] = [
  { name: "general", shapes: [[2, 3, 6, 5], [4, 3, 3, 2]], options: { padding: [1, 0, 2, 1] } },
  { name: "one by one", shapes: [[2, 4, 3, 3], [5, 4, 1, 1]], options: {} },
  { name: "patches", shapes: [[2, 3, 6, 4], [5, 3, 3, 2]], options: { stride: [3, 2] as const } },
  {
    name: "patches, rows left over",
    shapes: [[2, 3, 7, 5], [5, 3, 3, 2]],
    options: { stride: [3, 2] as const },
  },
  {
    name: "depthwise",
    shapes: [[2, 3, 6, 6], [3, 1, 3, 3]],
    options: { groups: 3, padding: 1, stride: 2 },
  },
  {
    name: "depthwise, stride 1",
    shapes: [[2, 3, 6, 5], [6, 1, 3, 3]],
    options: { groups: 3, padding: 1 },
  },
  {
    name: "depthwise, two maps of each, strided",
    shapes: [[1, 2, 6, 5], [4, 1, 3, 3]],
    options: { groups: 2, stride: 2, padding: 1 },
  },
  // Each formula of the gradient by the weight: by images, by columns, by offsets.
  { name: "one by one, few numbers", shapes: [[1, 8, 1, 2], [9, 8, 1, 1]], options: {} },
  {
    name: "one by one, strided",
    shapes: [[2, 3, 7, 6], [4, 3, 1, 1]],
    options: { stride: [2, 3] as const },
  },
  {
    name: "many channels, few windows",
    shapes: [[2, 16, 5, 6], [3, 16, 3, 2]],
    options: { stride: 2, padding: 1, dilation: [1, 2] as const },
  },
  {
    name: "many channels and windows",
    shapes: [[2, 16, 13, 12], [2, 16, 3, 3]],
    options: { padding: [1, 0, 1, 2] as const },
  },
  {
    name: "padding larger than the window",
    shapes: [[1, 2, 3, 4], [3, 2, 2, 2]],
    options: { padding: 2 },
  },
  {
    name: "grouped",
    shapes: [[1, 4, 5, 5], [6, 2, 2, 2]],
    options: { groups: 2, dilation: 2 },
  },
].flatMap(({ name, shapes, options }): Case[] => {
  // Small, so that what cancels in sums of some hundred products is.
  const inputs = shapes.map((shape) => floats(shape, -0.35, 0.35));
  const run = (x: Tensor, weight: Tensor) => ops.conv2d(x, weight, options as ops.Conv2dOptions);
  return [
    { kernel: "Convolution", name, inputs, run },
    { kernel: "ConvolutionTranspose", name, inputs, run: gradients(run) },
    { kernel: "ConvolutionWeight", name, inputs, run: gradients(run) },
  ];
});

/** As after a ReLU, so that windows have several largest numbers. */
const ties = given("float32", [1, 2, 5, 6], Array.from({ length: 60 }, (_, i) => i * 7 % 5 % 3));
const pools: readonly ops.MaxPool2dOptions[] = [
  { kernel: 2 },
  { kernel: 3, stride: 2, padding: 1 },
  { kernel: [2, 3], stride: 1, dilation: [2, 1] },
];
const statistics = () => ({
  mean: tf.tensor1d([0.1, -1], "float32"),
  variance: tf.tensor1d([0.5, 2], "float32"),
});

/** Cases of kernels of maps, and of their gradients. */
export const mapCases: readonly Case[] = [
  ...convolutionCases,
  ...pools.flatMap((options, i): Case[] => {
    const run = (x: Tensor) => ops.maxPool2d(x, options);
    return [
      { kernel: "MaxPoolMaps", name: `${i}`, inputs: [ties], run },
      { kernel: "MaxPoolMapsGrad", name: `${i}`, inputs: [ties], run: gradients(run) },
    ];
  }),
  {
    kernel: "AveragePoolMaps",
    name: "padding not counted",
    inputs: [floats([1, 2, 5, 6])],
    run: (x) => ops.avgPool2d(x, { kernel: 3, stride: 2, padding: 1, countsPadding: false }),
  },
  {
    kernel: "ResizeMaps",
    name: "bilinear",
    inputs: [floats([1, 2, 3, 4])],
    run: (x) => ops.resize2d(x, { height: 5, width: 7 }, { mode: "bilinear" }),
  },
  {
    kernel: "InstanceNormalization",
    name: "two groups",
    inputs: [floats([2, 4, 3, 2]), floats([4]), floats([4])],
    run: (x, scale, offset) => ops.groupNorm(x, scale, offset, { groups: 2, epsilon: 1e-5 }),
  },
  {
    kernel: "ChannelAffine",
    name: "after a group norm",
    inputs: [floats([2, 4, 3, 2]), floats([4]), floats([4])],
    run: (x, scale, offset) => ops.groupNorm(x, scale, offset, { groups: 4, epsilon: 1e-3 }),
  },
  {
    kernel: "BatchNormalizationTraining",
    name: "the batch's own statistics",
    inputs: [floats([2, 2, 3, 2]), floats([2]), floats([2])],
    run: (x, scale, offset) => {
      const { value, mean, variance } = ops.batchNorm(x, scale, offset, 1e-5);
      return [value, mean, variance];
    },
  },
  {
    kernel: "BatchNormalization",
    name: "given statistics",
    inputs: [floats([2, 2, 3, 2]), floats([2]), floats([2])],
    run: (x, scale, offset) => ops.frozenBatchNorm(x, { scale, offset, ...statistics() }, 1e-5),
  },
];
