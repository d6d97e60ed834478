/**
 * Kernels that read or write by index.
 *
 * @module
 */
import { type ElementType, sizeOf, type Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel } from "../trace_backend.ts";

/** Tables of at most so many rows are summed by a product with one-hot rows, larger ones in place. */
const maxProductRows = 1024;

/** The same elements as rows of `width`. */
function flat(build: GraphBuilder, x: Value, width: number): Value {
  return build.reshape(x, [sizeOf(x.shape) / width, width]);
}

/**
 * Sums the rows of x [count, width] that have the same id into [rows, width].
 *
 * ScatterND would do it in one node, but the runtime's threads race for a row that occurs twice, and
 * sums are lost. A product has no such race, and ScatterElements runs in one thread.
 */
function sumByRow(
  build: GraphBuilder,
  x: Value,
  { ids, rows }: { ids: Value; rows: number },
): Value {
  const [count, width] = x.shape;
  const spec = { type: x.type, shape: [rows, width] };
  if (x.type === "float32" && rows <= maxProductRows) {
    const hot = oneHot(build, ids, rows, 0, 1);
    return build.emitOne("Gemm", [hot, x], spec, { transA: { int: 1 }, transB: { int: 0 } });
  }
  const zeros = build.fill([rows, width], 0, x.type);
  const places = build.expand(build.reshape(ids, [count, 1]), [count, width]);
  return build.emitOne("ScatterElements", [zeros, places, x], spec, {
    axis: { int: 0 },
    reduction: { text: "add" },
  });
}

/** Indices [..., depth] into the first dimensions of a shape, as numbers of rows [count]. */
function rowNumbers(build: GraphBuilder, indices: Value, shape: readonly number[]): Value {
  const depth = indices.shape[indices.shape.length - 1];
  const count = sizeOf(indices.shape) / depth;
  const columns = build.reshape(indices, [count, depth]);
  const spec = { type: "int64" as const, shape: [count, 1] };
  const parts = Array.from({ length: depth }, (_, axis) => {
    const column = build.slice(columns, [0, axis], [count, 1]);
    const stride = build.size(sizeOf(shape.slice(axis + 1, depth)));
    return build.emitOne("Mul", [column, stride], spec);
  });
  const sum = parts.reduce((total, part) => build.emitOne("Add", [total, part], spec));
  return build.reshape(sum, [count]);
}

/** Rows that are `on` at an id and `off` elsewhere; an id outside of the depth is nowhere. */
function oneHot(build: GraphBuilder, ids: Value, depth: number, off: number, on: number): Value {
  if (build.options.webgpu) return comparedOneHot(build, ids, depth, off, on);
  const values = build.constant(Float32Array.of(off, on), { type: "float32", shape: [2] });
  // The standard counts a negative index from the end; here it is outside, as one above depth is.
  const size = build.size(depth);
  const outside = build.emitOne("Less", [ids, build.fill([], 0, "int64")], {
    type: "bool",
    shape: ids.shape,
  });
  const shape = [...ids.shape, depth];
  return build.emitOne(
    "OneHot",
    [build.emitOne("Where", [outside, size, ids], ids), size, values],
    { type: "float32", shape },
    { axis: { int: -1 } },
  );
}

/** A one-hot by comparing each id with each place, which needs no operator of its own. */
export function comparedOneHot(
  build: GraphBuilder,
  ids: Value,
  depth: number,
  off: number,
  on: number,
): Value {
  const places = build.constant(Int32Array.from({ length: depth }, (_, i) => i), {
    type: "int32",
    shape: [depth],
  });
  const column = build.reshape(build.cast(ids, "int32"), [...ids.shape, 1]);
  const shape = [...ids.shape, depth];
  const hit = build.emitOne("Equal", [column, places], { type: "bool", shape });
  const spec = { type: "float32" as const, shape };
  const chosen = build.cast(hit, "float32");
  if (off === 0 && on === 1) return chosen;
  const scaled = build.emitOne("Mul", [chosen, build.float(on - off)], spec);
  return build.emitOne("Add", [scaled, build.float(off)], spec);
}

/** The type in which ids are counted; WebGPU's provider calculates with 32 bits. */
function idType(build: GraphBuilder): "int32" | "int64" {
  return build.options.webgpu ? "int32" : "int64";
}

/** Kernels that read or write by index. */
export const indexing: Readonly<Record<string, Kernel>> = {
  GatherV2: ({ build, inputs: { x, indices }, attrs }) => {
    if (attrs.batchDims) {
      throw build.unsupported("GatherV2 with batchDims: reshape and gather once");
    }
    const axis = attrs.axis as number;
    const at = axis < 0 ? axis + x.shape.length : axis;
    return build.emitOne("Gather", [x, build.cast(indices, "int32")], {
      type: x.type,
      shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)],
    }, { axis: { int: at } });
  },
  GatherNd: ({ build, inputs: { params, indices } }) => {
    const depth = indices.shape[indices.shape.length - 1];
    return build.emitOne("GatherND", [params, build.cast(indices, "int64")], {
      type: params.type,
      shape: [...indices.shape.slice(0, -1), ...params.shape.slice(depth)],
    });
  },
  ScatterNd: ({ build, inputs: { indices, updates }, attrs }) => {
    const shape = attrs.shape as number[];
    const depth = indices.shape[indices.shape.length - 1];
    const rows = sizeOf(shape.slice(0, depth));
    const summed = sumByRow(build, flat(build, updates, sizeOf(shape.slice(depth))), {
      ids: rowNumbers(build, build.cast(indices, "int64"), shape),
      rows,
    });
    return build.reshape(summed, shape);
  },
  UnsortedSegmentSum: ({ build, inputs: { x, segmentIds }, attrs }) => {
    const rest = x.shape.slice(segmentIds.shape.length);
    const rows = attrs.numSegments as number;
    const summed = sumByRow(build, flat(build, x, sizeOf(rest)), {
      ids: build.reshape(build.cast(segmentIds, idType(build)), [sizeOf(segmentIds.shape)]),
      rows,
    });
    return build.reshape(summed, [rows, ...rest]);
  },
  OneHot: ({ build, inputs: { indices }, attrs }) => {
    const depth = attrs.depth as number;
    const [off, on] = [attrs.offValue as number, attrs.onValue as number];
    const hot = oneHot(build, build.cast(indices, idType(build)), depth, off, on);
    return build.cast(hot, (attrs.dtype as ElementType | undefined) ?? "int32");
  },
};
