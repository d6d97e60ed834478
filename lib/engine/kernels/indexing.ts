/**
 * Kernels that read or write by index.
 *
 * @module
 */
import type { ElementType } from "../graph.ts";
import type { Kernel } from "../trace_backend.ts";

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
    const zeros = build.fill(shape, 0, updates.type);
    return build.emitOne("ScatterND", [zeros, build.cast(indices, "int64"), updates], {
      type: updates.type,
      shape,
    }, { reduction: { text: "add" } });
  },
  UnsortedSegmentSum: ({ build, inputs: { x, segmentIds }, attrs }) => {
    const rest = x.shape.slice(segmentIds.shape.length);
    const shape = [attrs.numSegments as number, ...rest];
    const zeros = build.fill(shape, 0, x.type);
    const indices = build.reshape(
      build.cast(segmentIds, "int64"),
      [...segmentIds.shape, 1],
    );
    return build.emitOne("ScatterND", [zeros, indices, x], { type: x.type, shape }, {
      reduction: { text: "add" },
    });
  },
  OneHot: ({ build, inputs: { indices }, attrs }) => {
    const depth = attrs.depth as number;
    const shape = [...indices.shape, depth];
    const values = build.constant(
      Float32Array.of(attrs.offValue as number, attrs.onValue as number),
      { type: "float32", shape: [2] },
    );
    // The standard counts a negative index from the end; here it is outside, as one above depth is.
    const size = build.size(depth);
    const ids = build.cast(indices, "int64");
    const outside = build.emitOne("Less", [ids, build.fill([], 0, "int64")], {
      type: "bool",
      shape: ids.shape,
    });
    const hot = build.emitOne(
      "OneHot",
      [
        build.emitOne("Where", [outside, size, ids], ids),
        size,
        values,
      ],
      { type: "float32", shape },
      { axis: { int: -1 } },
    );
    return build.cast(hot, (attrs.dtype as ElementType | undefined) ?? "int32");
  },
};
