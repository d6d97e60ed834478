/**
 * Kernels that move elements without changing them: shapes, parts, joins, padding.
 *
 * @module
 */
import { type ElementType, sizeOf, type Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import { tf } from "../tf.ts";
import { blockKernels } from "./blocks.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

const list = (inputs: Readonly<Record<string, Value>>) => Object.values(inputs);
const fromZero = (axis: number, rank: number) => axis < 0 ? axis + rank : axis;

function concat(build: GraphBuilder, values: Value[], axis: number): Value {
  const shape = [...values[0].shape];
  shape[axis] = values.reduce((total, value) => total + value.shape[axis], 0);
  const [first] = values;
  if (values.length === 1) return first;
  const joined = build.emitOne("Concat", values, { type: first.type, shape }, {
    axis: { int: axis },
  });
  if (values.some((value) => build.graph.openDims.isOpen(value.shape[axis]))) {
    build.registerSize(joined, axis);
  }
  return joined;
}

/**
 * What is added before and after each axis. Where an open axis grows to another open size, as in a
 * slice's gradient, the larger addition is what remains of that size.
 */
function padding(build: GraphBuilder, x: Value, paddings: [number, number][]): Value {
  const before: Value[] = [];
  const after: Value[] = [];
  paddings.forEach(([low, high], axis) => {
    const total = x.shape[axis] + low + high;
    const rest = (other: number) => {
      const grown = subtract(build, build.size(total), build.size(x.shape[axis]));
      return other === 0 ? grown : subtract(build, grown, build.size(other));
    };
    const isOpen = build.graph.openDims.isOpen(total);
    before.push(isOpen && low > high ? rest(high) : build.size(low));
    after.push(isOpen && high >= low && high > 0 ? rest(low) : build.size(high));
  });
  return build.concatSizes([...before, ...after]);
}

function subtract(build: GraphBuilder, a: Value, b: Value): Value {
  return build.emitOne("Sub", [a, b], { type: "int64", shape: [1] });
}

/** Steps in ONNX's Slice; a bound before the first element is as low as int64 goes. */
const beforeFirst = -(2n ** 63n) + 1n;

function strided(build: GraphBuilder, x: Value, attrs: KernelCall["attrs"]): Value {
  const numbers = (name: string) => attrs[name] as number[];
  const masks = ["beginMask", "endMask", "ellipsisMask", "newAxisMask", "shrinkAxisMask"]
    .map((name) => attrs[name] as number) as [number, number, number, number, number];
  const { begin, end, strides, finalShape } = tf.slice_util.sliceInfo(
    [...x.shape],
    numbers("begin"),
    numbers("end"),
    numbers("strides"),
    ...masks,
  );
  if (finalShape.includes(0)) return build.fill(finalShape, 0, x.type);
  const size = begin.map((at, axis) => Math.ceil((end[axis] - at) / strides[axis]));
  const part = strides.every((stride) => stride === 1)
    ? build.slice(x, begin, size)
    : build.emitOne("Slice", [
      x,
      build.concatSizes(begin.map((at) => build.size(at))),
      build.concatSizes(end.map((at) => at < 0 ? build.ints([beforeFirst]) : build.size(at))),
      build.ints(begin.map((_, axis) => axis)),
      build.ints(strides),
    ], { type: x.type, shape: size });
  part.shape.forEach((_, axis) => {
    if (strides[axis] > 1 && build.graph.openDims.isOpen(x.shape[axis])) {
      build.registerSize(part, axis);
    }
  });
  return build.reshape(part, finalShape);
}

/** Some integer, [1], that is known only when `event` is computed: an open size, else by a number of it. */
function numberOf(build: GraphBuilder, event: Value): Value {
  const spec = { type: "int64" as const, shape: [1] };
  const axis = event.shape.findIndex((dim) => build.graph.openDims.isOpen(dim));
  if (axis >= 0) {
    return build.emitOne("Shape", [event], spec, { start: { int: axis }, end: { int: axis + 1 } });
  }
  const begin = event.shape.map(() => 0);
  const first = build.reshape(build.slice(event, begin, event.shape.map(() => 1)), [1]);
  // No number but 0 or 1 comes of it, whatever the event holds.
  return build.cast(build.emitOne("Equal", [first, first], { type: "bool", shape: [1] }), "int64");
}

/** Kernels that move elements. */
export const layout: Readonly<Record<string, Kernel>> = {
  Reshape: ({ build, inputs: { x }, attrs }) =>
    build.reshape(
      x,
      tf.util.inferFromImplicitShape(attrs.shape as number[], sizeOf(x.shape)),
    ),
  ExpandDims: ({ build, inputs: { input }, attrs }) => {
    const shape = [...input.shape];
    shape.splice(fromZero(attrs.dim as number, shape.length + 1), 0, 1);
    return build.reshape(input, shape);
  },
  Transpose: ({ build, inputs: { x }, attrs }) => {
    const perm = attrs.perm as number[];
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map((axis) => x.shape[axis]);
    return build.emitOne("Transpose", [x], { type: x.type, shape }, { perm: { ints: perm } });
  },
  Slice: ({ build, inputs: { x }, attrs }) => {
    const begin = [attrs.begin].flat() as number[];
    const size = [attrs.size].flat() as number[];
    const full = x.shape.map((dim, i) => {
      const start = begin[i] ?? 0;
      return { start, size: size[i] === undefined || size[i] === -1 ? dim - start : size[i] };
    });
    return build.slice(x, full.map(({ start }) => start), full.map(({ size }) => size));
  },
  StridedSlice: ({ build, inputs: { x }, attrs }) => strided(build, x, attrs),
  Concat: ({ build, inputs, attrs }) => {
    const values = list(inputs);
    return concat(build, values, fromZero(attrs.axis as number, values[0].shape.length));
  },
  Pack: ({ build, inputs, attrs }) => {
    const values = list(inputs);
    const axis = fromZero(attrs.axis as number, values[0].shape.length + 1);
    const widened = values.map((value) => build.reshape(value, value.shape.toSpliced(axis, 0, 1)));
    return concat(build, widened, axis);
  },
  Unpack: ({ build, inputs: { value }, attrs }) => {
    const axis = fromZero(attrs.axis as number, value.shape.length);
    if (build.graph.openDims.isOpen(value.shape[axis])) {
      throw build.unsupported(
        "unstacking along an open dimension: the number of parts is not known",
      );
    }
    return Array.from({ length: value.shape[axis] }, (_, i) => {
      const begin = value.shape.map((_, at) => at === axis ? i : 0);
      const part = build.slice(value, begin, value.shape.with(axis, 1));
      return build.reshape(part, value.shape.toSpliced(axis, 1));
    });
  },
  SplitV: ({ build, inputs: { x }, attrs }) => {
    const axis = fromZero(attrs.axis as number, x.shape.length);
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: [...x.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0],
      attrs.numOrSizeSplits as number | number[],
      axis,
    );
    return build.emit(
      "Split",
      [x, build.shape(sizes)],
      sizes.map((size) => ({ type: x.type, shape: x.shape.with(axis, size) })),
      { axis: { int: axis } },
    );
  },
  PadV2: ({ build, inputs: { x }, attrs }) => {
    const paddings = attrs.paddings as [number, number][];
    const shape = x.shape.map((dim, i) => dim + paddings[i][0] + paddings[i][1]);
    const fill = build.fill([], attrs.constantValue as number, x.type);
    const padded = build.emitOne("Pad", [x, padding(build, x, paddings), fill], {
      type: x.type,
      shape,
    });
    paddings.forEach(([low, high], axis) => {
      if (low + high > 0 && build.graph.openDims.isOpen(x.shape[axis])) {
        build.registerSize(padded, axis);
      }
    });
    return padded;
  },
  Tile: ({ build, inputs: { x }, attrs }) => {
    const reps = attrs.reps as number[];
    const shape = x.shape.map((dim, i) => dim * reps[i]);
    if (x.shape.every((dim, i) => dim === 1 || reps[i] === 1)) {
      return build.expand(x, shape);
    }
    return build.emitOne("Tile", [x, build.shape(reps)], { type: x.type, shape });
  },
  Reverse: ({ build, inputs: { x }, attrs }) => {
    const axes = tf.util.parseAxisParam(attrs.dims as number | number[], [...x.shape]);
    if (axes.length === 0) return x;
    const minusOne = axes.map(() => -1);
    return build.emitOne("Slice", [
      x,
      build.ints(minusOne),
      build.ints(axes.map(() => beforeFirst)),
      build.ints(axes),
      build.ints(minusOne),
    ], { type: x.type, shape: x.shape });
  },
  Fill: ({ build, attrs }) =>
    build.fill(
      attrs.shape as number[],
      attrs.value as number,
      (attrs.dtype as ElementType | undefined) ?? "float32",
    ),
  /** Not tensorflow.js' own: `after` asks for it where it exists. */
  After: ({ build, inputs: { x, ...events } }) => {
    build.freesEarly = true;
    // A reshape moves nothing, and the runtime cannot foresee its target: zeros (each keeps a
    // dimension) that are made from the events.
    const zeros = build.ints(x.shape.map(() => 0));
    const number = list(events).map((event) => numberOf(build, event))
      .reduce((a, b) => build.emitOne("Add", [a, b], { type: "int64", shape: [1] }));
    const target = build.emitOne("Mul", [number, zeros], {
      type: "int64",
      shape: [x.shape.length],
    });
    return build.emit("Reshape", [x, target], [{ type: x.type, shape: x.shape }]);
  },
  ...blockKernels,
  ZerosLike: ({ build, inputs: { x } }) => build.fill(x.shape, 0, x.type),
  OnesLike: ({ build, inputs: { x } }) => build.fill(x.shape, 1, x.type),
  Range: ({ build, attrs }) => {
    const { start, stop, step, dtype } = attrs as Record<string, number | string>;
    const [from, to, by] = [start, stop, step].map(Number);
    const count = Math.max(0, Math.ceil((to - from) / by));
    if (build.graph.openDims.isOpen(count)) {
      throw build.unsupported("a range over an open dimension: use a running sum of ones");
    }
    const numbers = Array.from({ length: count }, (_, i) => from + i * by);
    return dtype === "int32"
      ? build.constant(Int32Array.from(numbers), { type: "int32", shape: [count] })
      : build.constant(Float32Array.from(numbers), { type: "float32", shape: [count] });
  },
};
