/**
 * TensorFlow's operators that move numbers without changing them, in ONNX's words.
 *
 * @module
 */
import { turned } from "../constants.ts";
import { axesOfMaps } from "./channels_first.ts";
import { knownNumbers, tfWindow, type Translate, untranslated } from "./translation.ts";

/** More than any axis has: a slice that goes to the end. */
const toTheEnd = Number.MAX_SAFE_INTEGER;

/** A part of each axis; a mask's bit i is of axis i. */
const stridedSlice: Translate = (to, node) => {
  const [x, ...bounds] = node.inputs;
  const [begin, end, strides] = bounds.map((name) => knownNumbers(to, name));
  const mask = (name: string) => node.number(name) ?? 0;
  const isPlain = mask("ellipsis_mask") === 0 && mask("new_axis_mask") === 0;
  if (!begin || !end || !strides || !isPlain) return untranslated(to, node);
  const has = (name: string, axis: number) => (mask(name) >> axis & 1) === 1;
  const shrunk = begin.map((_, axis) => axis).filter((axis) => has("shrink_axis_mask", axis));
  const isMap = to.isMap(x) && shrunk.length === 0;
  const output = shrunk.length > 0 ? `${node.name}__whole` : node.name;
  const last = (axis: number) => begin[axis] === -1 ? toTheEnd : begin[axis] + 1;
  to.emit(
    "Slice",
    [
      isMap ? x : to.asPlain(x),
      to.ints(`${node.name}__starts`, begin.map((at, axis) => has("begin_mask", axis) ? 0 : at)),
      to.ints(
        `${node.name}__ends`,
        end.map((at, axis) =>
          shrunk.includes(axis) ? last(axis) : has("end_mask", axis) ? toTheEnd : at
        ),
      ),
      to.ints(`${node.name}__axes`, begin.map((_, axis) => isMap ? axesOfMaps[axis] : axis)),
      to.ints(`${node.name}__steps`, strides),
    ],
    output,
    { isMap },
  );
  if (shrunk.length > 0) to.emit("Squeeze", [output], node.name, { axes: shrunk });
};

const slice: Translate = (to, node) => {
  const [x, ...bounds] = node.inputs;
  const [begin, size] = bounds.map((name) => knownNumbers(to, name));
  if (!begin || !size) return untranslated(to, node);
  const isMap = to.isMap(x);
  to.emit(
    "Slice",
    [
      x,
      to.ints(`${node.name}__starts`, begin),
      to.ints(
        `${node.name}__ends`,
        size.map((count, axis) => count === -1 ? toTheEnd : begin[axis] + count),
      ),
      to.ints(`${node.name}__axes`, begin.map((_, axis) => isMap ? axesOfMaps[axis] : axis)),
    ],
    node.name,
    { isMap },
  );
};

function outputsOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => i === 0 ? name : `${name}:${i}`);
}

const split: Translate = (to, node) => {
  const [axisName, x] = node.inputs;
  const [axis] = knownNumbers(to, axisName) ?? [];
  const count = node.number("num_split");
  if (axis === undefined || !count) return untranslated(to, node);
  const isMap = to.isMap(x);
  const own = isMap ? axesOfMaps[axis < 0 ? axis + 4 : axis] : axis;
  to.emit("Split", [x], outputsOf(node.name, count), { axis: own, isMap });
};

const unpack: Translate = (to, node) => {
  const [x] = node.inputs;
  const count = node.number("num");
  if (!count) return untranslated(to, node);
  const axis = node.number("axis") ?? 0;
  const names = outputsOf(node.name, count);
  const parts = names.map((name) => `${name}__part`);
  to.emit("Split", [to.asPlain(x)], parts, { axis });
  parts.forEach((part, i) => to.emit("Squeeze", [part], names[i], { axes: [axis] }));
};

const pack: Translate = (to, node) => {
  const axis = node.number("axis") ?? 0;
  const parts = node.inputs.map((name, i) => {
    const part = `${node.name}__part${i}`;
    return to.emit("Unsqueeze", [to.asPlain(name)], part, { axes: [axis] });
  });
  to.emit("Concat", parts, node.name, { axis });
};

/** The transposed convolution by which TensorFlow computes gradients and upsampling. */
const transposedConvolution: Translate = (to, node) => {
  const [size, weight, y] = node.inputs;
  const filter = to.constant(weight);
  const shape = knownNumbers(to, size);
  const { strides, dilations, auto_pad, pads } = tfWindow(node);
  const isOpen = shape !== undefined && shape[1] > 0;
  if (filter?.shape.length !== 4 || pads || node.text("data_format") === "NCHW" || !auto_pad) {
    return untranslated(to, node);
  }
  // A size that is no whole multiple of the stride cannot be told from the padding alone.
  if (!isOpen && auto_pad !== "SAME_UPPER") return untranslated(to, node);
  to.emit(
    "ConvTranspose",
    [to.asMap(y), to.filter(weight, turned(filter, [3, 2, 0, 1]))],
    node.name,
    {
      strides,
      dilations,
      auto_pad,
      isMap: true,
    },
  );
};

/** By operator. */
export const layoutTranslations: Readonly<Record<string, Translate>> = {
  StridedSlice: stridedSlice,
  Slice: slice,
  Split: split,
  Unpack: unpack,
  Pack: pack,
  Conv2DBackpropInput: transposedConvolution,
  // Keras' layer, as tensorflow.js computes it.
  UpSampling2D(to, node) {
    const isNearest = node.text("interpolation") !== "bilinear";
    to.emit("Resize", [to.asMap(node.inputs[0])], node.name, {
      scales: [1, 1, ...node.numbers("size") ?? [2, 2]],
      mode: isNearest ? "nearest" : "linear",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
      isMap: true,
    });
  },
  Tile(to, { inputs: [x, repeats], name }) {
    to.emit("Tile", [to.asPlain(x), repeats], name);
  },
  GatherV2(to, node) {
    const [x, indices, axisName] = node.inputs;
    const [axis] = knownNumbers(to, axisName) ?? [];
    if (axis === undefined || (node.number("batch_dims") ?? 0) !== 0) return untranslated(to, node);
    to.emit("Gather", [to.asPlain(x), indices], node.name, { axis });
  },
};
