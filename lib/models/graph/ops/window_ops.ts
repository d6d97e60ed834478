/**
 * Operators that slide a window over maps: convolutions and pools.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { ops, type Tensor, tf } from "../../../engine/mod.ts";
import type { ConvLayer } from "../../../nn/layer.ts";
import { type GraphOp, listIn, type NodeCall, numberIn, tensorAt, textIn } from "./node_call.ts";

type Pair = readonly [number, number];
type Sides = readonly [top: number, left: number, bottom: number, right: number];

function pairOf(call: NodeCall, name: string): Pair {
  const list = listIn(call, name) ?? [1, 1];
  if (list.length === 2) return [list[0], list[1]];
  throw new TunebookError(
    "unsupported",
    `${call.node.op} (${
      call.node.outputs[0]
    }) has ${name} [${list}]; only images have windows here`,
  );
}

/** What is around a map. `SAME` is as much as makes ⌈size / stride⌉ windows, the odd row at one end. */
function sidesOf(call: NodeCall, x: Tensor, kernel: Pair): Sides {
  const auto = textIn(call, "auto_pad", "NOTSET");
  if (auto === "NOTSET" || auto === "") {
    const [top, left, bottom, right] = listIn(call, "pads") ?? [0, 0, 0, 0];
    return [top, left, bottom, right];
  }
  if (auto === "VALID") return [0, 0, 0, 0];
  const [strides, dilations] = [pairOf(call, "strides"), pairOf(call, "dilations")];
  const totals = [0, 1].map((axis) => {
    const size = x.shape[2 + axis]!;
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
  });
  const [less, more] = [
    totals.map((all) => Math.floor(all / 2)),
    totals.map((all) => Math.ceil(all / 2)),
  ];
  const [low, high] = auto === "SAME_LOWER" ? [more, less] : [less, more];
  return [low[0], low[1], high[0], high[1]];
}

/** A convolution by its layer. */
export function convolution(
  call: NodeCall,
  { kernel, groups = 1, bias = true }: ConvLayer,
): Tensor {
  const x = tensorAt(call, 0);
  return call.net.conv(call.node.layer!, x, {
    stride: pairOf(call, "strides"),
    dilation: pairOf(call, "dilations"),
    padding: sidesOf(call, x, kernel),
    groups,
    bias,
  });
}

/** A transposed convolution by its layer. */
export function transposedConvolution(
  call: NodeCall,
  { kernel, groups = 1, bias = true }: ConvLayer,
): Tensor {
  const x = tensorAt(call, 0);
  const [stride, dilation] = [pairOf(call, "strides"), pairOf(call, "dilations")];
  const reach = kernel.map((each, axis) => (each - 1) * dilation[axis] + 1);
  const auto = textIn(call, "auto_pad", "NOTSET");
  const isSame = auto.startsWith("SAME");
  // A result of size · stride, as SAME means it, is as much smaller than the whole one as this.
  const over = reach.map((each, axis) => each - stride[axis]);
  const [low, high] = auto === "SAME_LOWER" ? [Math.ceil, Math.floor] : [Math.floor, Math.ceil];
  const padding: Sides = isSame
    ? [low, low, high, high].map((of, i) => Math.max(0, of(over[i % 2] / 2))) as unknown as Sides
    : sidesOf(
      {
        ...call,
        node: { ...call.node, attributes: { ...call.node.attributes, auto_pad: "NOTSET" } },
      },
      x,
      kernel,
    );
  const outputPadding = isSame
    ? over.map((each) => Math.max(0, -each)) as unknown as Pair
    : listIn(call, "output_padding") as Pair | undefined ?? [0, 0];
  if (listIn(call, "output_shape")) {
    throw new TunebookError(
      "unsupported",
      `ConvTranspose (${call.node.outputs[0]}) has an output_shape`,
    );
  }
  return call.net.conv(call.node.layer!, x, {
    stride,
    dilation,
    padding,
    outputPadding,
    groups,
    bias,
    isTransposed: true,
  });
}

/** Rows that `ceil_mode` adds at the ends, so that the last window is not cut off. */
function ceiled(call: NodeCall, x: Tensor, kernel: Pair, sides: Sides): Sides {
  if (numberIn(call, "ceil_mode", 0) === 0) return sides;
  const [strides, dilations] = [pairOf(call, "strides"), pairOf(call, "dilations")];
  const more = [0, 1].map((axis) => {
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const size = x.shape[2 + axis]! + sides[axis] + sides[2 + axis];
    const rest = (size - reach) % strides[axis];
    const last = Math.ceil((size - reach) / strides[axis]) * strides[axis];
    // A window that begins behind the map is left out.
    const begins = last < x.shape[2 + axis]! + sides[axis];
    return rest > 0 && begins ? strides[axis] - rest : 0;
  });
  return [sides[0], sides[1], sides[2] + more[0], sides[3] + more[1]];
}

function pool(call: NodeCall, isMean: boolean): Tensor {
  const x = tensorAt(call, 0);
  const kernel = pairOf(call, "kernel_shape");
  const stride = pairOf(call, "strides");
  const plain = sidesOf(call, x, kernel);
  const padding = ceiled(call, x, kernel, plain);
  if (!isMean) {
    return ops.maxPool2d(x, { kernel, stride, padding, dilation: pairOf(call, "dilations") });
  }
  const countsPadding = numberIn(call, "count_include_pad", 0) === 1;
  if (countsPadding && padding.some((rows, side) => rows !== plain[side])) {
    throw new TunebookError(
      "unsupported",
      `AveragePool (${call.node.outputs[0]}) counts padding beyond its last whole window`,
    );
  }
  return ops.avgPool2d(x, { kernel, stride, padding, countsPadding });
}

/** By operator. */
export const windowOps: Readonly<Record<string, GraphOp>> = {
  MaxPool: (call) => pool(call, false),
  AveragePool: (call) => pool(call, true),
  GlobalAveragePool: (call) => tf.mean(tensorAt(call, 0), [2, 3], true),
  GlobalMaxPool: (call) => tf.max(tensorAt(call, 0), [2, 3], true),
};
