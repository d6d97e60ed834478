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
  ClassCrossEntropy: ({ build, inputs: { logits, ids }, attrs }) => {
    const smoothing = attrs.smoothing as number;
    const logarithms = build.emitOne("LogSoftmax", [logits], logits, lastAxis);
    const spec = { type: "float32" as const, shape: [logits.shape[0], 1] };
    let sum = numberAt(build, logarithms, ids);
    if (smoothing > 0) {
      const mean = build.emitOne("ReduceMean", [logarithms, build.ints([1])], spec, {
        keepdims: { int: 1 },
      });
      const [own, all] = [[sum, 1 - smoothing], [mean, smoothing]] as const;
      sum = build.emitOne(
        "Add",
        [own, all].map(([x, share]) => build.emitOne("Mul", [x, build.float(share)], spec)),
        spec,
      );
    }
    const losses = build.emitOne("Neg", [sum], spec);
    return [build.reshape(losses, [logits.shape[0]]), logarithms];
  },
  ClassCrossEntropyGrad: ({ build, inputs: { logarithms, ids, dy }, attrs }) => {
    const smoothing = attrs.smoothing as number;
    const classes = logarithms.shape[1];
    const each = column(build, dy);
    let shares = build.emitOne("Exp", [logarithms], logarithms);
    if (smoothing > 0) {
      shares = build.emitOne("Sub", [shares, build.float(smoothing / classes)], logarithms);
    }
    if (build.options.webgpu) {
      const hot = comparedOneHot(build, ids, classes, 0, 1 - smoothing);
      const differences = build.emitOne("Sub", [shares, hot], logarithms);
      return [build.emitOne("Mul", [differences, each], logarithms)];
    }
    // In place, as all before: one tensor of this size is there.
    const weighted = build.emitOne("Mul", [shares, each], logarithms);
    const own = build.emitOne("Mul", [each, build.float(smoothing - 1)], each);
    return [build.emitOne("ScatterElements", [weighted, column(build, ids), own], logarithms, {
      ...lastAxis,
      reduction: { text: "add" },
    })];
  },
};
