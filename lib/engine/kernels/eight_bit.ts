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

/** The scale of each row, [tokens, 1]. */
function rowScale(build: GraphBuilder, x: Value): Value {
  const spec = { type: "float32", shape: [x.shape[0], 1] } as const;
  const ends = build.ints([1]);
  const most = build.emitOne("ReduceMax", [x, ends], spec, { keepdims: { int: 1 } });
  const least = build.emitOne("ReduceMin", [x, ends], spec, { keepdims: { int: 1 } });
  const largest = build.emitOne("Max", [
    most,
    build.emitOne("Neg", [least], spec),
    build.float(leastLargest),
  ], spec);
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

function eightBitMatMul({ build, inputs: { x, codes, scales }, attrs }: KernelCall): Value {
  const exact = exactBytes(build, codes);
  const isShared = scales === undefined || attrs.turned === true;
  const { bytes, zero } = attrs.turned === true
    ? turnedBytes(build, exact, x)
    : isShared
    ? { ...exact, bytes: opaque(build, exact.bytes, [...codes.shape], x) }
    : exact;
  const scale = rowScale(build, x);
  const rows = roundedRows(build, x, scale);
  const spec = { type: "float32", shape: [x.shape[0], bytes.shape[1]] } as const;
  const zeroOfRows = byte(build, zeroByte);
  const columns = scales ?? build.float(1);
  if (build.options.contrib) {
    const made = build.emitOne(
      "MatMulIntegerToFloat",
      [
        rows,
        bytes,
        build.float(1),
        columns,
        zeroOfRows,
        zero,
      ],
      spec,
      {},
      contribDomain,
    );
    return build.emitOne("Mul", [made, scale], spec);
  }
  const sums = build.emitOne("MatMulInteger", [rows, bytes, zeroOfRows, zero], {
    type: "int32",
    shape: spec.shape,
  });
  const scaled = build.emitOne("Mul", [build.cast(sums, "float32"), columns], spec);
  return build.emitOne("Mul", [scaled, scale], spec);
}

/** Not tensorflow.js' own: `ops.eightBitMatMul` asks for it. */
export const eightBit: Readonly<Record<string, Kernel>> = {
  EightBitMatMul: (call) => [eightBitMatMul(call)],
};
