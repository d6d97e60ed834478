/**
 * Kernels that fold an axis: sums, extremes, running sums, softmax.
 *
 * @module
 */
import type { ElementType, Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel } from "../trace_backend.ts";

/** Axes counted from zero; none given means all. */
function axesOf(axis: unknown, rank: number): number[] {
  const given = axis === undefined || axis === null ? [] : [axis].flat() as number[];
  const axes = given.length === 0 ? Array.from({ length: rank }, (_, i) => i) : given;
  return axes.map((one) => one < 0 ? one + rank : one).sort((a, b) => a - b);
}

function reducedShape(shape: readonly number[], axes: number[], keepDims: boolean): number[] {
  return shape.flatMap((dim, i) => axes.includes(i) ? (keepDims ? [1] : []) : [dim]);
}

function reduce(build: GraphBuilder, op: string, x: Value, axes: number[], keepDims: boolean) {
  if (axes.length === 0) return x;
  const shape = reducedShape(x.shape, axes, keepDims);
  return build.emitOne(op, [x, build.ints(axes)], { type: x.type, shape }, {
    keepdims: { int: Number(keepDims) },
  });
}

function reduction(op: string, type?: ElementType): Kernel {
  return ({ build, inputs: { x }, attrs }) => {
    const axes = axesOf(attrs.axis ?? attrs.reductionIndices, x.shape.length);
    const input = build.cast(x, type ?? (x.type === "bool" ? "int32" : x.type));
    return reduce(build, op, input, axes, Boolean(attrs.keepDims));
  };
}

/** Truth values are folded as 0 and 1. */
function truth(op: string): Kernel {
  return ({ build, inputs: { x }, attrs }) => {
    const axes = axesOf(attrs.axis, x.shape.length);
    const folded = reduce(build, op, build.cast(x, "int32"), axes, Boolean(attrs.keepDims));
    return build.cast(folded, "bool");
  };
}

function position(op: string): Kernel {
  return ({ build, inputs: { x }, attrs }) => {
    const [axis] = axesOf(attrs.axis, x.shape.length);
    const shape = reducedShape(x.shape, [axis], false);
    const found = build.emitOne(op, [x], { type: "int64", shape }, {
      axis: { int: axis },
      keepdims: { int: 0 },
    });
    return build.cast(found, "int32");
  };
}

/** Kernels that fold an axis. */
export const reductions: Readonly<Record<string, Kernel>> = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean", "float32"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  All: truth("ReduceMin"),
  Any: truth("ReduceMax"),
  ArgMax: position("ArgMax"),
  ArgMin: position("ArgMin"),
  TopK: ({ build, inputs: { x }, attrs }) => {
    const shape = x.shape.with(-1, attrs.k as number);
    const [values, indices] = build.emit("TopK", [x, build.ints([attrs.k as number])], [
      { type: x.type, shape },
      { type: "int64", shape },
    ]);
    return [values, build.cast(indices, "int32")];
  },
  Softmax: ({ build, inputs: { logits: x }, attrs }) => {
    const [axis] = axesOf(attrs.dim ?? -1, x.shape.length);
    return build.emitOne("Softmax", [x], { type: x.type, shape: x.shape }, { axis: { int: axis } });
  },
  Cumsum: ({ build, inputs: { x }, attrs }) => {
    const axis = build.constant(Int32Array.of(attrs.axis as number), { type: "int32", shape: [] });
    return build.emitOne("CumSum", [x, axis], { type: x.type, shape: x.shape }, {
      exclusive: { int: Number(attrs.exclusive) },
      reverse: { int: Number(attrs.reverse) },
    });
  },
};
