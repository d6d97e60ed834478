/**
 * Products of whole numbers. Each row of x becomes unsigned bytes around 128 with a scale of its own;
 * the runtime multiplies them with the codes, which are prepared once, and scales the sums by column.
 *
 * Processors without VNNI add two products of an unsigned and a signed byte in sixteen bits, which cuts
 * them (onnxruntime issues 14642 and 6004). There the codes are made unsigned too: those products are
 * exact on every processor, and slower where VNNI exists.
 *
 * @module
 */
import { leastLargest, maxCode } from "../eight_bit_weight.ts";
import { type Constant, type ConstantData, contribDomain } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import type { Value } from "../value.ts";
import { opaque } from "./quantized.ts";

/** The unsigned byte that stands for zero. */
const zeroByte = 128;

/** A matrix of bytes and the byte that stands for zero in it. */
interface ByteMatrix {
  readonly bytes: Value;
  readonly zero: Value;
}

function byte(build: GraphBuilder, value: number): Value {
  return build.constant(Uint8Array.of(value), { type: "uint8", shape: [] });
}

/** The largest size of a number in each row or column, [tokens, 1] or [columns]. */
function largestAlong(build: GraphBuilder, x: Value, axis: 0 | 1): Value {
  const shape = axis === 1 ? [x.shape[0], 1] : [x.shape[1]];
  const spec = { type: "float32", shape } as const;
  const fold = (op: string) =>
    build.emitOne(op, [x, build.ints([axis])], spec, { keepdims: { int: axis } });
  const least = build.emitOne("Neg", [fold("ReduceMin")], spec);
  return build.emitOne("Max", [fold("ReduceMax"), least], spec);
}

/** The columns with the largest numbers, and the largest number of the others, [1]. */
interface Outliers {
  readonly columns: Value;
  readonly limit: Value;
}

function outliersIn(build: GraphBuilder, x: Value, count: number): Outliers {
  const shape = [count + 1];
  const [values, indices] = build.emit("TopK", [
    largestAlong(build, x, 0),
    build.ints(shape),
  ], [{ type: "float32", shape }, { type: "int64", shape }]);
  return {
    columns: build.slice(indices, [0], [count]),
    limit: build.slice(values, [count], [1]),
  };
}

/** The scale of each row, [tokens, 1]. */
function rowScale(build: GraphBuilder, x: Value, outliers: Outliers | undefined): Value {
  const spec = { type: "float32", shape: [x.shape[0], 1] } as const;
  const whole = largestAlong(build, x, 1);
  const limited = outliers ? build.emitOne("Min", [whole, outliers.limit], spec) : whole;
  const largest = build.emitOne("Max", [limited, build.float(leastLargest)], spec);
  return build.emitOne("Mul", [largest, build.float(1 / maxCode)], spec);
}

/** The rows as bytes around `zeroByte`. */
function roundedRows(build: GraphBuilder, x: Value, scale: Value): Value {
  const rows = x.shape[0];
  const scales = build.reshape(scale, [rows]);
  const zeros = build.expand(byte(build, zeroByte), [rows]);
  return build.emitOne("QuantizeLinear", [x, scales, zeros], { type: "uint8", shape: x.shape }, {
    axis: { int: 0 },
  });
}

/** The codes as the processor multiplies them exactly. */
function exactBytes(build: GraphBuilder, codes: Value): ByteMatrix {
  if (build.options.integers === "exact") {
    return {
      bytes: codes,
      zero: build.constant(Int8Array.of(0), { type: "int8", shape: [] }),
    };
  }
  const constant = build.graph.constants.get(codes)!;
  const name = `${codes.name} unsigned`;
  const known = build.graph.constants.keys().find((value) => value.name === name);
  const bytes = known ?? { name, type: "uint8" as const, shape: codes.shape };
  if (!known) build.graph.constants.set(bytes, unsigned(constant));
  return { bytes, zero: byte(build, zeroByte) };
}

/** What reads the bytes, by what reads the codes: both traces of a program must read the same. */
const unsignedReaders = new WeakMap<() => ConstantData, () => ConstantData>();

/** Signed codes around zero as bytes around 128. */
function unsigned(codes: Constant): () => ConstantData {
  const read = typeof codes === "function" ? codes : () => codes;
  const known = unsignedReaders.get(read);
  if (known) return known;
  const made = () => Uint8Array.from(read() as Int8Array, (code) => code + zeroByte);
  unsignedReaders.set(read, made);
  return made;
}

/** The matrix turned in every run: what turned it beforehand would hold it twice. */
function turnedBytes(build: GraphBuilder, { bytes, zero }: ByteMatrix, x: Value): ByteMatrix {
  const [rows, columns] = bytes.shape;
  const given = opaque(build, bytes, [rows, columns], x);
  const turned = build.emitOne("Transpose", [given], { type: bytes.type, shape: [columns, rows] }, {
    perm: { ints: [1, 0] },
  });
  return { bytes: turned, zero };
}

/** What rounding left of the outliers, [tokens, columns]: they are far outside of what a byte reaches. */
function restOf(
  build: GraphBuilder,
  x: Value,
  rows: Value,
  { scale, columns }: { readonly scale: Value; readonly columns: Value },
): Value {
  const spec = { type: "float32", shape: [x.shape[0], columns.shape[0]] } as const;
  const of = (value: Value) =>
    build.emitOne("Gather", [value, columns], { ...spec, type: value.type }, { axis: { int: 1 } });
  const whole = build.emitOne(
    "Sub",
    [build.cast(of(rows), "float32"), build.float(zeroByte)],
    spec,
  );
  return build.emitOne("Sub", [of(x), build.emitOne("Mul", [whole, scale], spec)], spec);
}

/** The outliers' rows of the matrix as float32, [columns, outFeatures]. */
function rowsAt(
  build: GraphBuilder,
  { bytes }: ByteMatrix,
  { columns, scales }: { readonly columns: Value; readonly scales: Value },
): Value {
  const shape = [columns.shape[0], bytes.shape[1]];
  const spec = { type: "float32", shape } as const;
  const codes = build.emitOne("Gather", [bytes, columns], { type: bytes.type, shape }, {
    axis: { int: 0 },
  });
  const numbers = build.cast(codes, "float32");
  const signed = bytes.type === "int8"
    ? numbers
    : build.emitOne("Sub", [numbers, build.float(zeroByte)], spec);
  return build.emitOne("Mul", [signed, scales], spec);
}

/** The products of bytes as float32, scaled by column. */
function scaledProduct(
  build: GraphBuilder,
  rows: Value,
  { bytes, zero }: ByteMatrix,
  scales: Value,
): Value {
  const shape = [rows.shape[0], bytes.shape[1]];
  const spec = { type: "float32", shape } as const;
  const zeroOfRows = byte(build, zeroByte);
  if (build.options.contrib) {
    const inputs = [rows, bytes, build.float(1), scales, zeroOfRows, zero];
    return build.emitOne("MatMulIntegerToFloat", inputs, spec, {}, contribDomain);
  }
  const sums = build.emitOne("MatMulInteger", [rows, bytes, zeroOfRows, zero], {
    type: "int32",
    shape,
  });
  return build.emitOne("Mul", [build.cast(sums, "float32"), scales], spec);
}

/** x·B, with B turned, shared by two products, or laid out beforehand. */
function matrixOf(build: GraphBuilder, { inputs: { x, codes, scales }, attrs }: KernelCall) {
  const exact = exactBytes(build, codes);
  if (attrs.turned === true) return turnedBytes(build, exact, x);
  // Without scales they are those of rows, and the codes are turned for the other product.
  return scales ? exact : { ...exact, bytes: opaque(build, exact.bytes, [...codes.shape], x) };
}

function eightBitMatMul(call: KernelCall): Value {
  const { build, inputs: { x, bias, scales = build.float(1) }, attrs } = call;
  const matrix = matrixOf(build, call);
  const count = Number(attrs.outlierColumns);
  const outliers = count > 0 ? outliersIn(build, x, count) : undefined;
  const scale = rowScale(build, x, outliers);
  const rows = roundedRows(build, x, scale);
  const sums = scaledProduct(build, rows, matrix, scales);
  const made = build.emitOne("Mul", [sums, scale], sums);
  if (!outliers) return bias ? build.emitOne("Add", [made, bias], sums) : made;
  const { columns } = outliers;
  const rest = restOf(build, x, rows, { scale, columns });
  const factors = rowsAt(build, matrix, { columns, scales });
  const spec = { type: "float32", shape: made.shape } as const;
  const none = { transA: { int: 0 }, transB: { int: 0 } };
  const exact = build.emitOne("Gemm", bias ? [rest, factors, bias] : [rest, factors], spec, none);
  return build.emitOne("Add", [made, exact], spec);
}

/** Not tensorflow.js' own: `ops.eightBitMatMul` asks for it. */
export const eightBit: Readonly<Record<string, Kernel>> = {
  EightBitMatMul: (call) => [eightBitMatMul(call)],
};
