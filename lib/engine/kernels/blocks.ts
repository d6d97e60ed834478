/**
 * Kernels that cut an open dimension into a fixed number of blocks (`ops/blocks.ts`).
 *
 * @module
 */
import type { Value } from "../value.ts";
import { endOfAxis, type GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

/** What blocks of an axis are cut by. */
interface BlockAttrs {
  readonly axis: number;
  /** The size of the axis that is cut. */
  readonly whole: number;
  readonly begin: number;
  readonly end: number | undefined;
  /** Where the tensor, itself a part of that axis, begins. */
  readonly before: number;
  /** Behind the end there is the last element, instead of none. */
  readonly neverEmpty: boolean;
}

const attrsOf = ({ attrs }: KernelCall) => attrs as unknown as BlockAttrs;
const vector = { type: "int64", shape: [1] } as const;

/** Where a block begins that is never empty: at the last element at most. */
function beginWithin(build: GraphBuilder, begin: number, whole: number): Value {
  const last = build.emitOne("Sub", [build.size(whole), build.ints([1])], vector);
  return build.emitOne("Min", [build.ints([begin]), last], vector);
}

/** Not tensorflow.js' own: `ops/blocks.ts` asks for them. */
export const blockKernels: Readonly<Record<string, Kernel>> = {
  /** A bound behind the end means the end. */
  Block(call) {
    const { build, inputs: { x } } = call;
    const { axis, whole, begin, end, before, neverEmpty } = attrsOf(call);
    const isOpen = build.graph.openDims.isOpen(whole);
    const moves = isOpen && neverEmpty && begin > 0;
    const size = isOpen
      ? build.graph.openDims.partOf(`${whole} ${begin} ${end} ${moves}`)
      : Math.min(end ?? whole, whole) - begin;
    const made = build.emitOne("Slice", [
      x,
      moves ? beginWithin(build, begin, whole) : build.ints([begin - before]),
      build.ints([end === undefined ? endOfAxis : end - before]),
      build.ints([axis]),
    ], { type: x.type, shape: x.shape.with(axis, size) });
    if (isOpen) build.registerPart(made, axis);
    return [made];
  },
  /** 1 where a block begins before the end, else 0. */
  BlockIsThere(call) {
    const { build } = call;
    const { whole, begin } = attrsOf(call);
    const spec = { type: "bool", shape: [1] } as const;
    const isThere = build.emitOne("Less", [build.ints([begin]), build.size(whole)], spec);
    return [build.cast(isThere, "float32")];
  },
  JoinBlocks(call) {
    const { build, inputs } = call;
    const { axis, whole } = attrsOf(call);
    const [first, ...others] = Object.values(inputs);
    const spec = { type: first.type, shape: first.shape.with(axis, whole) };
    const joined = build.emitOne("Concat", [first, ...others], spec, { axis: { int: axis } });
    if (!build.graph.openDims.isOpen(whole)) return [joined];
    const bounds = [build.ints([0]), build.size(whole), build.ints([axis])];
    return build.emit("Slice", [joined, ...bounds], [spec]);
  },
};
