/**
 * TensorFlow's operators in ONNX's words.
 *
 * @module
 */
import { reshaped, turned } from "../constants.ts";
import { pairNames, sameNames } from "./same_operators.ts";
import { axesOfMaps, type ChannelsFirst } from "./channels_first.ts";
import type { TfNode } from "./tf_node.ts";
import { layoutTranslations } from "./translate_layout.ts";
import { knownNumbers, tfWindow, type Translate, untranslated } from "./translation.ts";

const single = (op: string): Translate => (to, { name, inputs: [x] }) =>
  void to.emit(op, [x], name, { isMap: to.isMap(x) });

function elementwise(
  to: ChannelsFirst,
  op: string,
  inputs: readonly string[],
  name: string,
): string {
  const isMap = inputs.some((each) => to.isMap(each));
  return to.emit(op, isMap ? inputs.map((each) => to.besideMap(each)) : inputs, name, { isMap });
}

/** What a fused operator does behind its product: a bias and an activation. */
function fused(
  to: ChannelsFirst,
  node: TfNode,
  product: (output: string, bias: string | undefined) => void,
  isMap: boolean,
): void {
  const steps = node.texts("fused_ops");
  const [, , bias, slope] = node.inputs;
  const hasBias = steps[0] === "BiasAdd";
  const active = steps.find((step) => step !== "BiasAdd");
  const output = active ? `${node.name}__product` : node.name;
  product(output, hasBias ? bias : undefined);
  if (!active) return;
  const op = active === "Prelu" ? "PRelu" : active === "LeakyRelu" ? "LeakyRelu" : active;
  const alpha = node.number("leakyrelu_alpha");
  const operands = active === "Prelu" ? [isMap ? to.besideMap(slope) : slope] : [];
  to.emit(op, [output, ...operands], node.name, {
    isMap,
    ...(active === "LeakyRelu" ? { alpha } : {}),
  });
}

function convolution(to: ChannelsFirst, node: TfNode): void {
  const [x, weight] = node.inputs;
  const filter = to.constant(weight);
  if (filter?.shape.length !== 4 || node.text("data_format") === "NCHW") {
    return untranslated(to, node);
  }
  const [height, width, inputs, outputs] = filter.shape;
  const isDepthwise = node.op.includes("Depthwise");
  // A depthwise filter has `outputs` results for each channel, next to each other.
  const own = isDepthwise
    ? reshaped(turned(filter, [2, 3, 0, 1]), [inputs * outputs, 1, height, width])
    : turned(filter, [3, 2, 0, 1]);
  const name = to.filter(weight, own);
  const map = to.asMap(x);
  fused(to, node, (output, bias) => {
    to.emit("Conv", [map, name, ...(bias === undefined ? [] : [bias])], output, {
      ...tfWindow(node),
      ...(isDepthwise ? { group: inputs } : {}),
      isMap: true,
    });
  }, true);
}

function product(to: ChannelsFirst, node: TfNode): void {
  const [a, b] = node.inputs.map((name) => to.asPlain(name));
  const bias = node.texts("fused_ops")[0] === "BiasAdd";
  fused(to, node, (output, added) => {
    to.emit(
      bias || node.flag("transpose_b") || node.flag("transpose_a") ? "Gemm" : "MatMul",
      [
        a,
        b,
        ...(added === undefined ? [] : [added]),
      ],
      output,
      {
        ...(node.flag("transpose_a") ? { transA: 1 } : {}),
        ...(node.flag("transpose_b") ? { transB: 1 } : {}),
      },
    );
  }, false);
}

function reduction(op: string): Translate {
  return (to, node) => {
    const [x, axisName] = node.inputs;
    const axes = knownNumbers(to, axisName)?.map((axis) =>
      axis < 0 && to.isMap(x) ? axis + 4 : axis
    );
    if (!axes) return untranslated(to, node);
    const keepdims = Number(node.flag("keep_dims"));
    // Without height and width the order is the same.
    const isPooled = String([...axes].sort()) === "1,2";
    const inMaps = to.isMap(x) && (keepdims === 1 || isPooled);
    const mapped = inMaps ? axes.map((axis) => axesOfMaps[axis]) : axes;
    to.emit(op, [inMaps ? x : to.asPlain(x)], node.name, {
      axes: mapped,
      keepdims,
      isMap: inMaps && keepdims === 1,
    });
  };
}

function resize(mode: "linear" | "nearest"): Translate {
  return (to, node) => {
    const [x, size] = node.inputs;
    const counting = node.flag("align_corners")
      ? "align_corners"
      : node.flag("half_pixel_centers")
      ? mode === "nearest" ? "tf_half_pixel_for_nn" : "half_pixel"
      : "asymmetric";
    to.emit("Resize", [to.asMap(x), "", "", size], node.name, {
      mode,
      coordinate_transformation_mode: counting,
      ...(mode === "nearest"
        ? { nearest_mode: counting === "align_corners" ? "round_prefer_ceil" : "floor" }
        : {}),
      isMap: true,
    });
  };
}

function padding(to: ChannelsFirst, node: TfNode): void {
  const [x, padsName, valueName] = node.inputs;
  const pads = knownNumbers(to, padsName);
  if (!pads) return untranslated(to, node);
  const isMap = to.isMap(x);
  const rank = pads.length / 2;
  const side = (last: 0 | 1) => {
    const each = Array.from({ length: rank }, (_, axis) => pads[axis * 2 + last]);
    return isMap ? [each[0], each[3], each[1], each[2]] : each;
  };
  const mode = node.op === "MirrorPad" ? "reflect" : "constant";
  const [value] = knownNumbers(to, valueName) ?? [0];
  const isMirror = node.op !== "MirrorPad" || node.text("mode") === "REFLECT";
  if (!isMirror) return untranslated(to, node);
  to.emit("Pad", [x], node.name, { pads: [...side(0), ...side(1)], mode, value, isMap });
}

/** By operator. */
export const translations: Readonly<Record<string, Translate>> = {
  ...Object.fromEntries([...sameNames].map((op) => [op, single(op)])),
  ...Object.fromEntries(
    Object.entries(pairNames).map(([op, onnx]): [string, Translate] => [
      op,
      (to, { inputs, name }) => void elementwise(to, onnx, inputs, name),
    ]),
  ),
  Identity: single("Identity"),
  StopGradient: single("Identity"),
  AddN: (to, { inputs, name }) => void elementwise(to, "Sum", inputs, name),
  BiasAdd: (to, { inputs, name }) => void elementwise(to, "Add", inputs, name),
  Prelu: (to, { inputs, name }) => void elementwise(to, "PRelu", inputs, name),
  LeakyRelu: (to, node) => {
    const [x] = node.inputs;
    to.emit("LeakyRelu", [x], node.name, {
      alpha: node.number("alpha") ?? 0.2,
      isMap: to.isMap(x),
    });
  },
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: convolution,
  FusedDepthwiseConv2dNative: convolution,
  MatMul: product,
  _FusedMatMul: product,
  ...Object.fromEntries(
    [["MaxPool", "MaxPool"], ["AvgPool", "AveragePool"]].map(([op, onnx]): [string, Translate] => [
      op,
      (to, node) =>
        void to.emit(onnx, [to.asMap(node.inputs[0])], node.name, {
          ...tfWindow(node),
          isMap: true,
        }),
    ]),
  ),
  ...Object.fromEntries(
    ["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"].map((op): [string, Translate] => [
      op,
      (to, node) => {
        const [x, ...others] = node.inputs;
        to.emit("BatchNormalization", [to.asMap(x), ...others], node.name, {
          epsilon: node.number("epsilon") ?? 1e-3,
          momentum: 0.99,
          isMap: true,
        });
      },
    ]),
  ),
  Mean: reduction("ReduceMean"),
  Sum: reduction("ReduceSum"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  ResizeBilinear: resize("linear"),
  ResizeNearestNeighbor: resize("nearest"),
  Pad: padding,
  PadV2: padding,
  MirrorPad: padding,
  ConcatV2(to, node) {
    const tensors = node.inputs.slice(0, -1);
    const [axis] = knownNumbers(to, node.inputs.at(-1)) ?? [];
    if (axis === undefined) return untranslated(to, node);
    const isMap = tensors.some((name) => to.isMap(name));
    const inputs = isMap ? tensors.map((name) => to.besideMap(name)) : tensors;
    to.emit("Concat", inputs, node.name, {
      axis: isMap ? axesOfMaps[axis < 0 ? axis + 4 : axis] : axis,
      isMap,
    });
  },
  Reshape: (to, { inputs: [x, shape], name }) =>
    void to.emit("Reshape", [to.asPlain(x), shape], name),
  Squeeze(to, node) {
    const [x] = node.inputs;
    const axes = node.numbers("squeeze_dims");
    const isPooled = to.isMap(x) && axes &&
      String(axes.map((each) => each < 0 ? each + 4 : each)) === "1,2";
    to.emit("Squeeze", [isPooled ? x : to.asPlain(x)], node.name, {
      axes: isPooled ? [2, 3] : axes,
    });
  },
  ExpandDims(to, { inputs: [x, axis], name }) {
    to.emit("Unsqueeze", [to.asPlain(x)], name, { axes: knownNumbers(to, axis) });
  },
  Transpose(to, { inputs: [x, perm], name }) {
    to.emit("Transpose", [to.asPlain(x)], name, { perm: knownNumbers(to, perm) });
  },
  Softmax(to, { inputs: [x], name }) {
    to.emit("Softmax", [x], name, { axis: to.isMap(x) ? 1 : -1, isMap: to.isMap(x) });
  },
  Cast(to, node) {
    const [x] = node.inputs;
    const type = node.type("DstT");
    const onnx = type === "DT_INT32" || type === "DT_INT64" ? 6 : type === "DT_BOOL" ? 9 : 1;
    to.emit("Cast", [x], node.name, { to: onnx, isMap: to.isMap(x) });
  },
  DepthToSpace(to, node) {
    const [x] = node.inputs;
    const blocksize = node.number("block_size") ?? 2;
    to.emit("DepthToSpace", [to.asMap(x)], node.name, { blocksize, mode: "DCR", isMap: true });
  },
  Shape: (to, { inputs: [x], name }) => void to.emit("Shape", [to.asPlain(x)], name),
  ...layoutTranslations,
};

/** Writes a node in ONNX's words, or as it is where there are none. */
export function translate(to: ChannelsFirst, node: TfNode): void {
  (Object.hasOwn(translations, node.op) ? translations[node.op] : untranslated)(to, node);
}
