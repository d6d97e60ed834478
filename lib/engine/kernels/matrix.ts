/**
 * Matrix products, and the layers that the runtime computes in one node.
 *
 * @module
 */
import { contribDomain } from "../graph.ts";
import type { Value } from "../value.ts";
import { broadcastShape, type GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

/** Two dimensions are a `Gemm`, which can add a bias and scale for nothing. */
export function matrixProduct(
  build: GraphBuilder,
  a: Value,
  b: Value,
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
  bias?: Value,
): Value {
  const [rows] = transposeA ? a.shape.slice(-1) : a.shape.slice(-2);
  const columns = transposeB ? b.shape[b.shape.length - 2] : b.shape[b.shape.length - 1];
  const type = a.type;
  if (a.shape.length === 2 && b.shape.length === 2) {
    const inputs = bias ? [a, b, bias] : [a, b];
    return build.emitOne("Gemm", inputs, { type, shape: [rows, columns] }, {
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
    });
  }
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  const made = build.options.contrib && (transposeA || transposeB)
    ? build.emitOne("FusedMatMul", [a, b], { type, shape }, {
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
    }, contribDomain)
    : build.emitOne("MatMul", [
      transposeA ? swapLast(build, a) : a,
      transposeB ? swapLast(build, b) : b,
    ], { type, shape });
  return bias ? build.emitOne("Add", [made, bias], { type, shape }) : made;
}

/** Transposes the last two dimensions. */
function swapLast(build: GraphBuilder, value: Value): Value {
  const rank = value.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const shape = perm.map((axis) => value.shape[axis]);
  return build.emitOne("Transpose", [value], { type: value.type, shape }, { perm: { ints: perm } });
}

const activations: Record<string, string> = {
  relu: "Relu",
  sigmoid: "Sigmoid",
  elu: "Elu",
};

function fusedMatMul({ build, inputs, attrs }: KernelCall): Value {
  const options = {
    transposeA: Boolean(attrs.transposeA),
    transposeB: Boolean(attrs.transposeB),
  };
  const made = matrixProduct(build, inputs.a, inputs.b, options, inputs.bias);
  const activation = attrs.activation as string | undefined ?? "linear";
  if (activation === "linear") return made;
  const op = activations[activation];
  if (!op) throw build.unsupported(`a matrix product with the activation "${activation}"`);
  return build.emitOne(op, [made], { type: made.type, shape: made.shape });
}

/** Matrix products and whole layers. */
export const matrix: Readonly<Record<string, Kernel>> = {
  BatchMatMul: ({ build, inputs: { a, b }, attrs }) =>
    matrixProduct(build, a, b, {
      transposeA: Boolean(attrs.transposeA),
      transposeB: Boolean(attrs.transposeB),
    }),
  _FusedMatMul: fusedMatMul,
  /** Not tensorflow.js' own: `ops.layerNorm` asks for it where it exists. */
  LayerNormalization: ({ build, inputs: { x, scale, offset }, attrs }) => {
    const folded = x.shape.with(-1, 1);
    return build.emit("LayerNormalization", [x, scale, offset], [
      { type: "float32", shape: x.shape },
      { type: "float32", shape: folded },
      { type: "float32", shape: folded },
    ], { axis: { int: -1 }, epsilon: { float: attrs.epsilon as number } });
  },
};
