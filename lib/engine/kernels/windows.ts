/**
 * Sizes of maps over which windows slide, open ones too.
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Attribute } from "../graph.ts";
import type { Pair, Window } from "../ops/convolution/window.ts";

/** Height and width of a map [batch, channels, height, width]. */
export const mapAxes = [2, 3] as const;

const vector = { type: "int64", shape: [1] } as const;

/** How many windows fit along height or width. */
interface WindowCount {
  readonly size: number;
  /** Rounded down from an open size, so that it has a marker of its own. */
  readonly isPart: boolean;
}

function countAlong(build: GraphBuilder, size: number, window: Window, at: 0 | 1): WindowCount {
  const { kernel, stride, dilation, padding } = window;
  const reach = dilation[at] * (kernel[at] - 1) + 1;
  const rest = padding[at] + padding[at + 2] - reach;
  if (!build.graph.openDims.isOpen(size) || stride[at] === 1) {
    return { size: Math.floor((size + rest) / stride[at]) + 1, isPart: false };
  }
  // The same for all windows of whose count the same can be said: ⌊(size + rest + stride) / stride⌋.
  const name = `${size} windows ${rest + stride[at]} ${stride[at]}`;
  return { size: build.graph.openDims.partOf(name), isPart: true };
}

/** A node that makes one number of each window, `channels` of them, from maps. */
export function emitWindows(
  build: GraphBuilder,
  op: string,
  inputs: readonly (Value | undefined)[],
  { window, channels, counts: known, attributes }: {
    readonly window: Window;
    readonly channels: number;
    /** How many windows there are, where that is known. */
    readonly counts?: Pair | undefined;
    readonly attributes: Readonly<Record<string, Attribute>>;
  },
): Value {
  const x = inputs[0]!;
  const counts = known?.map((size) => ({ size, isPart: false })) ??
    mapAxes.map((axis, at) => countAlong(build, x.shape[axis], window, at as 0 | 1));
  const shape = [x.shape[0], channels, ...counts.map(({ size }) => size)];
  const made = build.emitOne(op, inputs, { type: x.type, shape }, {
    kernel_shape: { ints: window.kernel },
    ...windowAttributes(window),
    ...attributes,
  });
  counts.forEach(({ isPart }, at) => {
    const axis = mapAxes[at];
    if (isPart) build.registerPart(made, axis);
    else if (build.graph.openDims.isOpen(x.shape[axis])) build.registerSize(made, axis);
  });
  return made;
}

/** A window as the standard writes it. */
export function windowAttributes(
  { stride, dilation, padding }: Window,
): Record<string, Attribute> {
  return {
    strides: { ints: stride },
    // The standard's mean of a window knew none before its version 19.
    ...(dilation.some((each) => each > 1) ? { dilations: { ints: dilation } } : {}),
    pads: { ints: padding },
  };
}

/** Maps with a number, 0 unless given, around them. */
export function padded(
  build: GraphBuilder,
  x: Value,
  [top, left, bottom, right]: Window["padding"],
  by = 0,
): Value {
  if (top + left + bottom + right === 0) return x;
  const [n, c, height, width] = x.shape;
  const shape = [n, c, height + top + bottom, width + left + right];
  const made = build.emitOne("Pad", [
    x,
    build.ints([top, left, bottom, right]),
    build.float(by),
    build.ints([...mapAxes]),
  ], { type: x.type, shape });
  for (const axis of mapAxes) {
    if (build.graph.openDims.isOpen(x.shape[axis])) build.registerSize(made, axis);
  }
  return made;
}

/** Where a slice ends that takes `count` elements from `begin` on, or what is left there. */
function endAfter(build: GraphBuilder, begin: number, count: number, stride: number): Value {
  if (!build.graph.openDims.isOpen(count)) return build.ints([begin + stride * (count - 1) + 1]);
  const span = build.emitOne("Mul", [build.size(count), build.ints([stride])], vector);
  return build.emitOne("Add", [span, build.ints([begin])], vector);
}

/** Of each window of padded maps the element at [row, column]: [n, c, windows down, windows across]. */
export function elementOfWindows(
  build: GraphBuilder,
  x: Value,
  { stride, dilation }: Window,
  at: Pair,
  counts: Pair,
): Value {
  const begins = at.map((step, axis) => step * dilation[axis]);
  const isWhole = begins.every((begin) => begin === 0) && stride.every((each) => each === 1) &&
    counts.every((count, axis) => count === x.shape[mapAxes[axis]]);
  if (isWhole) return x;
  const ends = begins.map((begin, axis) => endAfter(build, begin, counts[axis], stride[axis]));
  return build.emitOne("Slice", [
    x,
    build.ints(begins),
    build.concatSizes(ends),
    build.ints([...mapAxes]),
    build.ints(stride),
  ], { type: x.type, shape: [x.shape[0], x.shape[1], ...counts] });
}

/** The same numbers with their axes in another order. */
export function transpose(build: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  return build.emitOne("Transpose", [x], { type: x.type, shape }, { perm: { ints: perm } });
}
