/**
 * The cross-entropy of one class a row and its gradient, in few passes over the logits: where classes
 * are the words of a language, one row of logits is larger than the hidden states of a hundred tokens.
 *
 * @module
 */
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel } from "../trace_backend.ts";
import type { Value } from "../value.ts";
import { comparedOneHot } from "./indexing.ts";

const lastAxis = { axis: { int: 1 } };

/** Numbers as a column, [n, 1]. */
const column = (build: GraphBuilder, x: Value) => build.reshape(x, [x.shape[0], 1]);

/** The number of each row at its class, [n, 1]. */
function numberAt(build: GraphBuilder, x: Value, ids: Value): Value {
  const spec = { type: "float32" as const, shape: [x.shape[0], 1] };
  if (!build.options.webgpu) {
    return build.emitOne("GatherElements", [x, column(build, ids)], spec, lastAxis);
  }
  const hot = comparedOneHot(build, ids, x.shape[1], 0, 1);
  const chosen = build.emitOne("Mul", [x, hot], x);
  return build.emitOne("ReduceSum", [chosen, build.ints([1])], spec, { keepdims: { int: 1 } });
}

/** Kernels of tunebook's own, which `ops.classCrossEntropy` asks for. */
export const crossEntropies: Readonly<Record<string, Kernel>> = {
  ClassCrossEntropy: ({ build, inputs: { logits, ids } }) => {
    const logarithms = build.emitOne("LogSoftmax", [logits], logits, lastAxis);
    const losses = build.emitOne("Neg", [numberAt(build, logarithms, ids)], {
      type: "float32",
      shape: [logits.shape[0], 1],
    });
    return [build.reshape(losses, [logits.shape[0]]), logarithms];
  },
  ClassCrossEntropyGrad: ({ build, inputs: { logarithms, ids, dy } }) => {
    const shares = build.emitOne("Exp", [logarithms], logarithms);
    const each = column(build, dy);
    const multiply = (x: Value) => build.emitOne("Mul", [x, each], logarithms);
    if (build.options.webgpu) {
      const hot = comparedOneHot(build, ids, logarithms.shape[1], 0, 1);
      return [multiply(build.emitOne("Sub", [shares, hot], logarithms))];
    }
    // In place, as the two before: one tensor of this size is there.
    return [build.emitOne(
      "ScatterElements",
      [multiply(shares), column(build, ids), build.emitOne("Neg", [each], each)],
      logarithms,
      { ...lastAxis, reduction: { text: "add" } },
    )];
  },
};
