/**
 * Matrices of bytes as a processor multiplies them exactly.
 *
 * Processors without VNNI add two products of an unsigned and a signed byte in sixteen bits, which cuts
 * them (onnxruntime issues 14642 and 6004). There the codes are made unsigned too: such products are
 * exact on every processor, and slower than the others where VNNI exists.
 *
 * @module
 */
import type { Constant, ConstantData } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Value } from "../value.ts";
import { opaque } from "./quantized.ts";

/** The unsigned byte that stands for zero in a matrix. */
const middle = 128;

/** A matrix of bytes and the byte that stands for zero in it. */
export interface ByteMatrix {
  readonly bytes: Value;
  readonly zero: Value;
}

/** A byte as a scalar. */
export function byte(build: GraphBuilder, value: number): Value {
  return build.constant(Uint8Array.of(value), { type: "uint8", shape: [] });
}

/** The code of zero in the matrices that this processor multiplies exactly. */
export function zeroOfCodes(build: GraphBuilder): Value {
  return build.options.integers === "exact"
    ? build.constant(Int8Array.of(0), { type: "int8", shape: [] })
    : byte(build, middle);
}

/** Signed codes as they are, or unsigned ones in their place. Codes made in the graph are right. */
export function exactBytes(build: GraphBuilder, codes: Value): ByteMatrix {
  const zero = zeroOfCodes(build);
  return { bytes: codes.type === zero.type ? codes : unsignedOf(build, codes), zero };
}

function unsignedOf(build: GraphBuilder, codes: Value): Value {
  const { graph } = build;
  const name = `${codes.name} unsigned`;
  const known = graph.constants.keys().find((value) => value.name === name);
  if (known) return known;
  const numbers = graph.constants.get(codes);
  if (!numbers) throw build.unsupported(`the codes ${codes.name}, which are not frozen`);
  const made: Value = { name, type: "uint8", shape: codes.shape };
  // In the same place, so that all that is made of one weight is asked for in a row.
  graph.constants = new Map(
    [...graph.constants].map((each) => each[0] === codes ? [made, unsigned(numbers)] : each),
  );
  return made;
}

/** What reads the bytes, by what reads the codes: both traces of a program must read the same. */
const unsignedReaders = new WeakMap<() => ConstantData, () => ConstantData>();

/** Signed codes around zero as bytes around 128. */
function unsigned(codes: Constant): () => ConstantData {
  const read = typeof codes === "function" ? codes : () => codes;
  const known = unsignedReaders.get(read);
  if (known) return known;
  const made = () => {
    const signed = read() as Int8Array;
    const bytes = new Uint8Array(signed.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = signed[i] + middle;
    return bytes;
  };
  unsignedReaders.set(read, made);
  return made;
}

/** The matrix turned in every run: what turned it beforehand would hold it twice. */
export function turnedBytes(build: GraphBuilder, matrix: ByteMatrix, x: Value): ByteMatrix {
  const { bytes, zero } = sharedBytes(build, matrix, x);
  const [rows, columns] = bytes.shape;
  const spec = { type: bytes.type, shape: [columns, rows] };
  return { bytes: build.emitOne("Transpose", [bytes], spec, { perm: { ints: [1, 0] } }), zero };
}

/** The matrix as it is held, which the runtime does not prepare: that would be a second copy. */
export function sharedBytes(
  build: GraphBuilder,
  { bytes, zero }: ByteMatrix,
  x: Value,
): ByteMatrix {
  if (!build.graph.constants.has(bytes)) return { bytes, zero };
  return { bytes: opaque(build, bytes, [...bytes.shape], x), zero };
}
