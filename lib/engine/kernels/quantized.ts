/**
 * Products with matrices in four or eight bits, by the runtime's own operators.
 *
 * The runtime's `MatMulBnb4` has an attribute `transB` whose kernel for processors ignores it, and
 * `MatMulNBits` has none: neither can compute dy·W. The backward pass therefore multiplies a small
 * identity by W, cut into short rows, which gives W's own numbers as float32, and takes an ordinary
 * product with them. That matrix lives for one node. Two things keep it so: the identity depends on
 * dy, so that the runtime cannot make all matrices of a model before it needs them; and it depends
 * on an open size, so that the runtime cannot compute it while it prepares the graph.
 *
 * @module
 */
import { contribDomain } from "../graph.ts";
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import {
  bitsOf,
  blocksPerRow,
  type QuantizedLayout,
  quantizedShapes,
} from "../quantized_weight.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

/** `quant_type` of `MatMulBnb4`. */
const bookNumbers = { fp4: 0, nf4: 1 } as const;
/** Compute in float32; the runtime may otherwise round x to eight bits. */
const floatAccuracy = 1;
/** Round each block of x to eight bits, as llama.cpp does, and multiply integers. */
const integerAccuracy = 4;

function layoutOf({ attrs }: KernelCall): QuantizedLayout & { backward: boolean } {
  return attrs as unknown as QuantizedLayout & { backward: boolean };
}

/** The number one as an int64 vector of one element, known only when x is there. */
function oneAfter(build: GraphBuilder, x: Value): Value {
  const spec = { type: "int64", shape: [1] } as const;
  const size = build.emitOne("Shape", [x], spec, { start: { int: 0 }, end: { int: 1 } });
  const atMost = build.emitOne("Min", [size, build.ints([1])], spec);
  return build.emitOne("Max", [atMost, build.ints([1])], spec);
}

function identity(build: GraphBuilder, size: number): Value {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  return build.constant(data, { type: "float32", shape: [size, size] });
}

/** The same bytes in another shape, which the runtime neither copies nor prepares beforehand. */
export function opaque(build: GraphBuilder, value: Value, shape: number[], x: Value): Value {
  const first = build.emitOne("Mul", [oneAfter(build, x), build.ints([shape[0]])], {
    type: "int64",
    shape: [1],
  });
  const dims = build.concatSizes([first, build.ints(shape.slice(1))]);
  return build.emitOne("Reshape", [value, dims], { type: value.type, shape });
}

/** dy·W, with the numbers of W in its order, each row `padded` to whole blocks. */
function productWith(
  build: GraphBuilder,
  dy: Value,
  numbers: Value,
  [padded, { outFeatures, inFeatures }]: [number, QuantizedLayout],
): Value {
  const whole = build.reshape(numbers, [outFeatures, padded]);
  const weight = build.slice(whole, [0, 0], [outFeatures, inFeatures]);
  return build.emitOne(
    "Gemm",
    [dy, weight],
    { type: "float32", shape: [dy.shape[0], inFeatures] },
    {
      transA: { int: 0 },
      transB: { int: 0 },
    },
  );
}

function withCodeBook(call: KernelCall): Value {
  const { build, inputs: { x, codes, scales } } = call;
  const { format, outFeatures, inFeatures, blockSize, backward } = layoutOf(call);
  const product = (a: Value, rows: number, columns: number) =>
    build.emitOne("MatMulBnb4", [a, codes, scales], {
      type: "float32",
      shape: [a.shape[0], rows],
    }, {
      K: { int: columns },
      N: { int: rows },
      block_size: { int: blockSize },
      quant_type: { int: bookNumbers[format as keyof typeof bookNumbers] },
      transB: { int: 1 },
    }, contribDomain);
  if (!backward) return product(x, outFeatures, inFeatures);
  // With rows of one number the product is W in its own order. Longer rows, by a larger identity,
  // would have to be turned, and the runtime turns a matrix in one thread.
  const one = build.reshape(build.cast(oneAfter(build, x), "float32"), [1, 1]);
  const numbers = product(one, outFeatures * inFeatures, 1);
  return productWith(build, x, numbers, [inFeatures, {
    format,
    outFeatures,
    inFeatures,
    blockSize,
  }]);
}

function withIntegers(call: KernelCall): Value {
  const { build, inputs: { x, codes, scales } } = call;
  const { backward, ...layout } = layoutOf(call);
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const blocks = blocksPerRow(layout);
  const shape = quantizedShapes(layout).codes;
  const product = (a: Value, b: Value, rows: number, columns: number) =>
    build.emitOne("MatMulNBits", [a, b, scales], {
      type: "float32",
      shape: [a.shape[0], rows],
    }, {
      K: { int: columns },
      N: { int: rows },
      bits: { int: bitsOf(format) },
      block_size: { int: blockSize },
      accuracy_level: { int: build.options.infers ? integerAccuracy : floatAccuracy },
    }, contribDomain);
  if (!backward) {
    // Prepared codes would be a second copy, and are slower for more than a few tokens; integers need them.
    const { contrib, infers } = build.options;
    const b = contrib && !infers ? opaque(build, codes, shape, x) : codes;
    return product(x, b, outFeatures, inFeatures);
  }
  const rows = outFeatures * blocks;
  const cut = opaque(build, codes, [rows, 1, shape[2]], x);
  const columns = product(identity(build, blockSize), cut, rows, blockSize);
  const turned = build.emitOne("Transpose", [columns], {
    type: "float32",
    shape: [rows, blockSize],
  }, { perm: { ints: [1, 0] } });
  return productWith(build, x, turned, [blocks * blockSize, layout]);
}

/** Not tensorflow.js' own: `ops.quantizedMatMul` asks for them where they exist. */
export const quantized: Readonly<Record<string, Kernel>> = {
  MatMulBnb4: (call) => [withCodeBook(call)],
  MatMulNBits: (call) => [withIntegers(call)],
};
