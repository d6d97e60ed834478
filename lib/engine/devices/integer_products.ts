/**
 * Finds out how this processor multiplies bytes, by a product of the largest ones.
 *
 * @module
 */
import { GraphBuilder, type IntegerProducts } from "../graph_builder.ts";
import { ort } from "../ort.ts";
import { createSession } from "./onnx_session.ts";

/** Rows, inner size and columns: more than a kernel takes at once, so that the usual one runs. */
const size = 64;
const largest = { unsigned: 255, signed: 127 };

let found: Promise<IntegerProducts> | undefined;

/** Whether products of unsigned with signed bytes are exact here; measured once in a process. */
export function integerProducts(): Promise<IntegerProducts> {
  return found ??= measure().catch((error) => {
    // What failed once, for lack of memory, is tried again.
    found = undefined;
    throw error;
  });
}

async function measure(): Promise<IntegerProducts> {
  const build = new GraphBuilder("integer products", { contrib: false });
  const rows = { name: "rows", type: "uint8", shape: [size, size] } as const;
  const signed = build.constant(new Int8Array(size * size).fill(largest.signed), {
    type: "int8",
    shape: [size, size],
  });
  build.graph.inputs.push(rows);
  build.graph.outputs.push({
    name: "sums",
    value: build.emitOne("MatMulInteger", [rows, signed], { type: "int32", shape: [size, size] }),
  });
  const session = await createSession("cpu", build.graph, { threads: 1 });
  try {
    const data = new Uint8Array(size * size).fill(largest.unsigned);
    const { sums } = await session.run({ rows: new ort.Tensor("uint8", data, [size, size]) }, {
      sums: null,
    });
    const exact = size * largest.unsigned * largest.signed;
    return (sums.data as Int32Array).every((sum) => sum === exact) ? "exact" : "cut";
  } finally {
    await session.release();
  }
}
