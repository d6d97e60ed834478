/**
 * Layers of maps that the runtime computes in one node.
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import type { ResizedAxis, ResizeMode } from "../ops/resize/resize_weights.ts";
import { mapAxes } from "./windows.ts";

/** What `ops/resize2d.ts` asks with. */
interface ResizeAttrs {
  readonly axes: readonly [ResizedAxis, ResizedAxis];
  readonly mode: ResizeMode;
  readonly alignCorners: boolean;
}

const modes = { nearest: "nearest", bilinear: "linear", bicubic: "cubic" } as const;

function resized({ build, inputs: { x }, attrs }: KernelCall): Value[] {
  const { axes, mode, alignCorners } = attrs as unknown as ResizeAttrs;
  const { openDims } = build.graph;
  const parts = axes.map(({ from, to, scale = 1 }) => {
    const isPart = openDims.isOpen(from) && !Number.isInteger(scale);
    return { isPart, size: isPart ? openDims.partOf(`${from} times ${scale}`) : to };
  });
  const shape = [x.shape[0], x.shape[1], ...parts.map(({ size }) => size)];
  const scales = axes[0].scale === undefined
    ? undefined
    : build.constant(Float32Array.of(1, 1, axes[0].scale, axes[1].scale!), {
      type: "float32",
      shape: [4],
    });
  const targets = scales ? [scales] : [undefined, build.shape(shape)];
  const made = build.emitOne("Resize", [x, undefined, ...targets], { type: x.type, shape }, {
    mode: { text: modes[mode] },
    coordinate_transformation_mode: {
      text: mode === "nearest" ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel",
    },
    nearest_mode: { text: "floor" },
    ...(mode === "bicubic" ? { cubic_coeff_a: { float: -0.75 } } : {}),
  });
  parts.forEach(({ isPart }, at) => {
    if (isPart) build.registerPart(made, mapAxes[at]);
  });
  return [made];
}

/** Not tensorflow.js' own: `ops.resize2d`, `ops.groupNorm` and `ops.frozenBatchNorm` ask for them. */
export const maps: Readonly<Record<string, Kernel>> = {
  ResizeMaps: resized,
  /** [batch, groups, numbers]: each row to mean 0 and variance 1. */
  InstanceNormalization: ({ build, inputs: { x }, attrs }) => {
    const [, groups] = x.shape;
    const spec = { type: "float32", shape: [groups] } as const;
    const [ones, zeros] = [1, 0].map((value) =>
      build.constant(new Float32Array(groups).fill(value), spec)
    );
    return build.emit("InstanceNormalization", [x, ones, zeros], [x], {
      epsilon: { float: attrs.epsilon as number },
    });
  },
  ChannelAffine: ({ build, inputs: { x, factor, shift } }) => {
    const spec = { type: "float32", shape: factor.shape } as const;
    const [mean, variance] = [0, 1].map((value) =>
      build.constant(new Float32Array(factor.shape[0]).fill(value), spec)
    );
    return build.emit("BatchNormalization", [x, factor, shift, mean, variance], [x], {
      epsilon: { float: 0 },
    });
  },
  /**
   * Gives the batch's mean and variance as running ones of which the old numbers do not count. The runtime
   * writes them over the old numbers, wherever those lie: they must be no constants and no one else's, and
   * are some of x.
   */
  BatchNormalizationTraining: ({ build, inputs: { x, scale, offset }, attrs }) => {
    const spec = { type: "float32", shape: scale.shape } as const;
    const some = build.slice(x, [0, 0, 0, 0], [1, x.shape[1], 1, 1]);
    const first = build.reshape(some, spec.shape);
    const second = build.emitOne("Neg", [first], spec);
    return build.emit("BatchNormalization", [x, scale, offset, first, second], [x, spec, spec], {
      epsilon: { float: attrs.epsilon as number },
      momentum: { float: 0 },
      training_mode: { int: 1 },
    });
  },
  BatchNormalization: ({ build, inputs: { x, scale, offset, mean, variance }, attrs }) =>
    build.emit("BatchNormalization", [x, scale, offset, mean, variance], [x], {
      epsilon: { float: attrs.epsilon as number },
    }),
};
