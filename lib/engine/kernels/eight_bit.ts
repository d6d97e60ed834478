/**
 * Products of whole numbers: x becomes unsigned bytes, which the runtime multiplies with the codes of a
 * matrix that it has prepared once, and the sums are scaled. `ops/eight_bit_mat_mul.ts` has the same in
 * float32.
 *
 * @module
 */
import { largestByte, largestCode, leastLargest } from "../eight_bit_weight.ts";
import { contribDomain } from "../graph.ts";
import type { GraphBuilder, ValueSpec } from "../graph_builder.ts";
import { scaling } from "../passes/fuse_products.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import type { Value } from "../value.ts";
import {
  byte,
  type ByteMatrix,
  exactBytes,
  sharedBytes,
  turnedBytes,
  zeroOfCodes,
} from "./byte_matrix.ts";

/** The unsigned byte that stands for zero where x is rounded by row. */
const middle = 128;

/** x as bytes. */
interface Rounded {
  readonly bytes: Value;
  /** A scalar, or one for each row, [tokens, 1]. */
  readonly scale: Value;
  /** The byte that stands for zero. */
  readonly zero: Value;
}

const floats = (...shape: number[]): ValueSpec => ({ type: "float32", shape });

type Fold = "ReduceMax" | "ReduceMin";

/** The ends of each row of x, [tokens, 1]. */
function foldRows(build: GraphBuilder, op: Fold, x: Value): Value {
  return build.emitOne(op, [x, build.ints([1])], floats(x.shape[0], 1), { keepdims: { int: 1 } });
}

/**
 * The ends of each column of x, [columns]. The runtime folds all rows one number after the other, but groups
 * of some rows several numbers at once: groups of as many rows as a batch has are folded first, whichever rows
 * these are.
 */
function foldColumns(build: GraphBuilder, op: Fold, x: Value): Value {
  const [rows, columns] = x.shape;
  const fold = (each: Value, axis: 0 | 1, spec: ValueSpec) =>
    build.emitOne(op, [each, build.ints([axis])], spec, { keepdims: { int: 0 } });
  const { open } = build.graph.openDims.factor(rows);
  if (open.length < 2) return fold(x, 0, floats(columns));
  const group = open.at(-1)!.marker;
  const grouped = build.reshape(x, [rows / group, group, columns]);
  return fold(fold(grouped, 1, floats(rows / group, columns)), 0, floats(columns));
}

/** Symmetric around the byte for zero, with a scale for each row. */
function roundedByRow(build: GraphBuilder, x: Value, zero = byte(build, middle)): Rounded {
  const rows = x.shape[0];
  const spec = floats(rows, 1);
  const least = build.emitOne("Neg", [foldRows(build, "ReduceMin", x)], spec);
  const most = foldRows(build, "ReduceMax", x);
  const largest = build.emitOne("Max", [most, least, build.float(leastLargest)], spec);
  const scale = build.emitOne("Mul", [largest, build.float(1 / largestCode)], spec);
  const scales = build.reshape(scale, [rows]);
  const zeros = build.expand(zero, [rows]);
  const byteSpec = { type: zero.type, shape: x.shape };
  const bytes = build.emitOne("QuantizeLinear", [x, scales, zeros], byteSpec, { axis: { int: 0 } });
  return { bytes, scale, zero };
}

/** The columns with the largest numbers, [count]. */
function outlierColumns(
  build: GraphBuilder,
  { top, bottom }: { readonly top: Value; readonly bottom: Value },
  count: number,
): Value | undefined {
  if (count === 0) return undefined;
  const sizes = build.emitOne("Max", [top, build.emitOne("Neg", [bottom], bottom)], top);
  const [, columns] = build.emit("TopK", [sizes, build.ints([count])], [
    floats(count),
    { type: "int64", shape: [count] },
  ]);
  return columns;
}

/** From the least to the largest number outside of the outlier columns, which are cut. */
function roundedAsWhole(
  build: GraphBuilder,
  x: Value,
  count: number,
): Rounded & { readonly columns: Value | undefined } {
  const [top, bottom] = [foldColumns(build, "ReduceMax", x), foldColumns(build, "ReduceMin", x)];
  const columns = outlierColumns(build, { top, bottom }, count);
  const others = (ends: Value) =>
    columns
      ? build.emitOne("ScatterElements", [ends, columns, build.fill([count], 0, "float32")], ends)
      : ends;
  const scalar = floats();
  const all = build.ints([0]);
  const keepdims = { keepdims: { int: 0 } };
  const upper = build.emitOne("Max", [
    build.emitOne("ReduceMax", [others(top), all], scalar, keepdims),
    build.float(leastLargest),
  ], scalar);
  const lower = build.emitOne("Min", [
    build.emitOne("ReduceMin", [others(bottom), all], scalar, keepdims),
    build.float(0),
  ], scalar);
  const range = build.emitOne("Sub", [upper, lower], scalar);
  const scale = build.emitOne("Mul", [range, build.float(1 / largestByte)], scalar);
  const below = build.emitOne("Neg", [lower], scalar);
  const zero = build.emitOne("QuantizeLinear", [below, scale, byte(build, 0)], {
    type: "uint8",
    shape: [],
  });
  const bytes = build.emitOne("QuantizeLinear", [x, scale, zero], {
    type: "uint8",
    shape: x.shape,
  });
  return { bytes, scale, zero, columns };
}

/** The products of bytes as float32, with a scalar scale of x, the columns' scales and a bias. */
function scaledProduct(
  build: GraphBuilder,
  { bytes: rows, scale, zero }: Rounded,
  matrix: ByteMatrix,
  { scales, bias }: { readonly scales: Value; readonly bias?: Value },
): Value {
  const shape = [rows.shape[0], matrix.bytes.shape[1]];
  const spec = floats(...shape);
  if (build.options.contrib) {
    const inputs = [rows, matrix.bytes, scale, scales, zero, matrix.zero, bias];
    return build.emitOne("MatMulIntegerToFloat", inputs, spec, {}, contribDomain);
  }
  const sums = build.emitOne("MatMulInteger", [rows, matrix.bytes, zero, matrix.zero], {
    type: "int32",
    shape,
  });
  const factors = build.emitOne("Mul", [scales, scale], { type: "float32", shape: scales.shape });
  const made = build.emitOne("Mul", [build.cast(sums, "float32"), factors], spec);
  return bias ? build.emitOne("Add", [made, bias], spec) : made;
}

/** What bytes cannot say of the outlier columns, [tokens, columns], times their rows of the matrix. */
function withRest(
  build: GraphBuilder,
  y: Value,
  { x, rounded, matrix, scales, columns }: {
    readonly x: Value;
    readonly rounded: Rounded;
    readonly matrix: ByteMatrix;
    readonly scales: Value;
    readonly columns: Value;
  },
): Value {
  const taken = (value: Value, axis: 0 | 1) =>
    build.emitOne("Gather", [value, columns], {
      type: value.type,
      shape: value.shape.with(axis, columns.shape[0]),
    }, { axis: { int: axis } });
  const centred = (value: Value, zero: Value) => {
    const numbers = build.cast(value, "float32");
    return value.type === "int8"
      ? numbers
      : build.emitOne("Sub", [numbers, build.cast(zero, "float32")], numbers);
  };
  const whole = centred(taken(rounded.bytes, 1), rounded.zero);
  const said = build.emitOne("Mul", [whole, rounded.scale], whole);
  const rest = build.emitOne("Sub", [taken(x, 1), said], whole);
  const codes = centred(taken(matrix.bytes, 0), matrix.zero);
  const factors = build.emitOne("Mul", [codes, scales], codes);
  const plain = { transA: { int: 0 }, transB: { int: 0 } };
  return build.emitOne("Gemm", [rest, factors, y], y, plain);
}

/** What a positive factor made of x: the codes of both are the same. */
function unscaled({ graph }: GraphBuilder, x: Value): { factor: number; value: Value } {
  const producer = graph.nodes.findLast(({ outputs }) => outputs.includes(x));
  const found = producer && scaling(graph, producer);
  return found && found.factor > 0 ? found : { factor: 1, value: x };
}

/** The columns' scales times a number, which the runtime multiplies beforehand where they are frozen. */
function timesNumber(build: GraphBuilder, scales: Value, factor: number): Value {
  return factor === 1 ? scales : build.emitOne("Mul", [scales, build.float(factor)], scales);
}

function eightBitMatMul({ build, inputs, attrs }: KernelCall): Value {
  const { codes, bias } = inputs;
  const { value: x, factor } = unscaled(build, inputs.x);
  const scales = timesNumber(build, inputs.scales ?? build.float(1), factor);
  const exact = exactBytes(build, codes);
  // Codes without scales are those of rows, which the other product of the same matrix turns.
  const matrix = attrs.turned === true
    ? turnedBytes(build, exact, x)
    : inputs.scales
    ? exact
    : sharedBytes(build, exact, x);
  if (attrs.byRow === true) {
    const rounded = roundedByRow(build, x);
    const sums = scaledProduct(build, { ...rounded, scale: build.float(1) }, matrix, { scales });
    return build.emitOne("Mul", [sums, rounded.scale], sums);
  }
  const { columns, ...rounded } = roundedAsWhole(build, x, Number(attrs.outlierColumns));
  const y = scaledProduct(build, rounded, matrix, { scales, bias });
  return columns ? withRest(build, y, { x, rounded, matrix, scales, columns }) : y;
}

/** Not tensorflow.js' own: `ops.eightBitMatMul` and `ops.trainedEightBitMatMul` ask for them. */
export const eightBit: Readonly<Record<string, Kernel>> = {
  EightBitCodes({ build, inputs: { weight } }) {
    const { bytes, scale } = roundedByRow(build, weight, zeroOfCodes(build));
    return [bytes, build.reshape(scale, [weight.shape[0]])];
  },
  EightBitMatMul: (call) => [eightBitMatMul(call)],
};
