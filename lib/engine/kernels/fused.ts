/**
 * Layers that the runtime has operators of its own for. Ops ask for them only where a program may use
 * those (`singleNode`), and are composed elsewhere.
 *
 * @module
 */
import { contribDomain } from "../graph.ts";
import type { Kernel } from "../trace_backend.ts";

/** As good as infinite, and a power of two, so that products with it are exact. */
const steep = 2 ** 30;

/** The largest float32 below a positive one. */
function floatBelow(x: number): number {
  const bits = new Int32Array(Float32Array.of(x).buffer);
  bits[0]--;
  return new Float32Array(bits.buffer)[0];
}

/**
 * Not tensorflow.js' own: `ops.rmsNorm`, `ops.silu`, `ops.rotateHalves`, `ops.dropout` and
 * `ops.sumOfSquares` ask for them. */
export const fused: Readonly<Record<string, Kernel>> = {
  RmsNormalization: ({ build, inputs: { x, scale }, attrs }) =>
    // One of the runtime's own although it bears no domain.
    build.emit("SimplifiedLayerNormalization", [x, scale], [
      { type: "float32", shape: x.shape },
      { type: "float32", shape: x.shape.with(-1, 1) },
    ], { axis: { int: -1 }, epsilon: { float: attrs.epsilon as number } }),
  Silu: ({ build, inputs: { x } }) =>
    build.emit("QuickGelu", [x], [x], { alpha: { float: 1 } }, contribDomain),
  /** 0 below the bound and 1 from it on: the next number below it is where a steep line leaves 0. */
  NotBelow: ({ build, inputs: { x }, attrs }) =>
    build.emit("HardSigmoid", [x], [x], {
      alpha: { float: steep },
      beta: { float: -steep * floatBelow(attrs.bound as number) },
    }),
  SumOfSquares: ({ build, inputs: { x } }) =>
    build.emit("ReduceSumSquare", [x], [{ type: "float32", shape: [] }], { keepdims: { int: 0 } }),
  RotateHalves: ({ build, inputs: { x, cos, sin } }) => {
    const [tokens, width] = x.shape;
    const whole = build.reshape(x, [1, tokens, width]);
    const turned = build.emitOne("RotaryEmbedding", [whole, build.ints([0]), cos, sin], whole, {
      num_heads: { int: width / (2 * cos.shape[1]) },
    }, contribDomain);
    return [build.reshape(turned, x.shape)];
  },
};
