/**
 * Kernels that move elements without changing them: shapes, parts, joins, padding.
 *
 * @module
 */
import { type ElementType, sizeOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import { tf } from "../tf.ts";
import type { Kernel } from "../trace_backend.ts";

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
    build.registerSums(joined, axis);
  }
  return joined;
}

/** Padding after an open axis is what the result has more than its input and the padding before. */
function padding(
  build: GraphBuilder,
  x: Value,
  paddings: [number, number][],
  kernel: string,
): Value {
  const before: Value[] = [];
  const after: Value[] = [];
  paddings.forEach(([low, high], axis) => {
    const total = x.shape[axis] + low + high;
    const spec = { type: "int64" as const, shape: [1] };
    before.push(build.size(low, kernel));
    if (!build.graph.openDims.isOpen(total) || high === 0) {
      after.push(build.size(high, kernel));
      return;
    }
    const grown = build.emitOne("Sub", [
      build.size(total, kernel),
      build.size(x.shape[axis], kernel),
    ], spec);
    after.push(low === 0 ? grown : build.emitOne("Sub", [grown, before[axis]], spec));
  });
  return build.concatSizes([...before, ...after]);
}

/** Kernels that move elements. */
export const layout: Readonly<Record<string, Kernel>> = {
  Reshape: ({ build, inputs: { x }, attrs, kernel }) =>
    build.reshape(
      x,
      tf.util.inferFromImplicitShape(attrs.shape as number[], sizeOf(x.shape)),
      kernel,
    ),
  ExpandDims: ({ build, inputs: { input }, attrs, kernel }) => {
    const shape = [...input.shape];
    shape.splice(fromZero(attrs.dim as number, shape.length + 1), 0, 1);
    return build.reshape(input, shape, kernel);
  },
  Transpose: ({ build, inputs: { x }, attrs }) => {
    const perm = attrs.perm as number[];
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map((axis) => x.shape[axis]);
    return build.emitOne("Transpose", [x], { type: x.type, shape }, { perm: { ints: perm } });
  },
  Slice: ({ build, inputs: { x }, attrs, kernel }) => {
    const begin = [attrs.begin].flat() as number[];
    const size = [attrs.size].flat() as number[];
    const full = x.shape.map((dim, i) => {
      const start = begin[i] ?? 0;
      return { start, size: size[i] === undefined || size[i] === -1 ? dim - start : size[i] };
    });
    return build.slice(x, full.map(({ start }) => start), full.map(({ size }) => size), kernel);
  },
  Concat: ({ build, inputs, attrs }) => {
    const values = list(inputs);
    return concat(build, values, fromZero(attrs.axis as number, values[0].shape.length));
  },
  Pack: ({ build, inputs, attrs, kernel }) => {
    const values = list(inputs);
    const axis = fromZero(attrs.axis as number, values[0].shape.length + 1);
    const widened = values.map((value) =>
      build.reshape(value, value.shape.toSpliced(axis, 0, 1), kernel)
    );
    return concat(build, widened, axis);
  },
  Unpack: ({ build, inputs: { value }, attrs, kernel }) => {
    const axis = fromZero(attrs.axis as number, value.shape.length);
    return Array.from({ length: value.shape[axis] }, (_, i) => {
      const begin = value.shape.map((_, at) => at === axis ? i : 0);
      const part = build.slice(value, begin, value.shape.with(axis, 1), kernel);
      return build.reshape(part, value.shape.toSpliced(axis, 1), kernel);
    });
  },
  SplitV: ({ build, inputs: { x }, attrs, kernel }) => {
    const axis = fromZero(attrs.axis as number, x.shape.length);
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: [...x.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0],
      attrs.numOrSizeSplits as number | number[],
      axis,
    );
    return build.emit(
      "Split",
      [x, build.shape(sizes, kernel)],
      sizes.map((size) => ({ type: x.type, shape: x.shape.with(axis, size) })),
      { axis: { int: axis } },
    );
  },
  PadV2: ({ build, inputs: { x }, attrs, kernel }) => {
    const paddings = attrs.paddings as [number, number][];
    const shape = x.shape.map((dim, i) => dim + paddings[i][0] + paddings[i][1]);
    const fill = build.fill([], attrs.constantValue as number, x.type, kernel);
    return build.emitOne("Pad", [x, padding(build, x, paddings, kernel), fill], {
      type: x.type,
      shape,
    });
  },
  Tile: ({ build, inputs: { x }, attrs, kernel }) => {
    const reps = attrs.reps as number[];
    const shape = x.shape.map((dim, i) => dim * reps[i]);
    if (x.shape.every((dim, i) => dim === 1 || reps[i] === 1)) {
      return build.expand(x, shape, kernel);
    }
    return build.emitOne("Tile", [x, build.shape(reps, kernel)], { type: x.type, shape });
  },
  BroadcastTo: ({ build, inputs: { x }, attrs, kernel }) =>
    build.expand(x, attrs.shape as number[], kernel),
  Reverse: ({ build, inputs: { x }, attrs }) => {
    const axes = ([attrs.dims].flat() as number[]).map((axis) => fromZero(axis, x.shape.length));
    if (axes.length === 0) return x;
    const minusOne = axes.map(() => -1);
    const beforeFirst = axes.map(() => -(2n ** 63n) + 1n);
    return build.emitOne("Slice", [
      x,
      build.ints(minusOne),
      build.ints(beforeFirst),
      build.ints(axes),
      build.ints(minusOne),
    ], { type: x.type, shape: x.shape });
  },
  Fill: ({ build, attrs, kernel }) =>
    build.fill(
      attrs.shape as number[],
      attrs.value as number,
      (attrs.dtype as ElementType | undefined) ?? "float32",
      kernel,
    ),
  ZerosLike: ({ build, inputs: { x }, kernel }) => build.fill(x.shape, 0, x.type, kernel),
  OnesLike: ({ build, inputs: { x }, kernel }) => build.fill(x.shape, 1, x.type, kernel),
  Range: ({ build, attrs, kernel }) => {
    const { start, stop, step, dtype } = attrs as Record<string, number | string>;
    const [from, to, by] = [start, stop, step].map(Number);
    const count = Math.max(0, Math.ceil((to - from) / by));
    build.graph.openDims.factor(count, kernel);
    if (build.graph.openDims.isOpen(count)) {
      throw build.unsupported("a range over an open dimension: use a running sum of ones");
    }
    const numbers = Array.from({ length: count }, (_, i) => from + i * by);
    return dtype === "int32"
      ? build.constant(Int32Array.from(numbers), { type: "int32", shape: [count] })
      : build.constant(Float32Array.from(numbers), { type: "float32", shape: [count] });
  },
};
