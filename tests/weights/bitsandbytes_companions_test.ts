import assert from "node:assert/strict";
import { join } from "node:path";
import { readBitsandbytes } from "../../lib/weights/bitsandbytes.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import type { RawTensor, TensorInfo, Weights } from "../../lib/weights/weights.ts";
import { goldenPath } from "../models/golden.ts";
import { isMistake } from "../is_mistake.ts";

type Change = Partial<Pick<TensorInfo, "dtype" | "shape" | "bytes">> | undefined;

/** The same file where the first tensor with an ending says something else of itself, or is gone. */
async function refuses(folder: string, ending: RegExp, change: Change, message: RegExp) {
  using file = await openWeights(join(goldenPath("quantised"), folder, "model.safetensors"));
  const name = [...file.tensors.keys()].find((each) => ending.test(each))!;
  const tensors = new Map(file.tensors);
  if (change) tensors.set(name, { ...tensors.get(name)!, ...change });
  else tensors.delete(name);
  assert.throws(() => readBitsandbytes({ ...file, tensors }), isMistake("weights", message));
}

Deno.test("what belongs to a matrix of four bits must have its type and size", async () => {
  for (const kind of ["bert-nf4", "bert-fp4"]) {
    const other = [
      [/dense\.weight$/, { bytes: 7, shape: [7, 1] }, /needs \d+ bytes in ".*weight", which has 7/],
      [/\.absmax$/, { shape: [3] }, /needs \d+ numbers in ".*\.absmax", which has 3/],
      [/\.absmax$/, { dtype: "I32" }, /needs ".*\.absmax" as .*, not I32/],
      [/\.quant_map$/, { shape: [15] }, /needs 16 numbers in ".*\.quant_map", which has 15/],
      [/\.quant_map$/, undefined, /has no tensor ".*\.quant_map"/],
    ] as const;
    for (const [ending, change, message] of other) await refuses(kind, ending, change, message);
  }
});

Deno.test("so must the rows' absolute maxima of LLM.int8", async () => {
  await refuses("bert-int8", /\.SCB$/, { shape: [3] }, /needs \d+ numbers in ".*SCB", which has 3/);
  await refuses(
    "bert-int8",
    /\.SCB$/,
    { dtype: "I8" },
    /needs ".*SCB" as F32 or F16 or BF16, not I8/,
  );
});

Deno.test("a quantisation state of odd sizes is refused", async () => {
  using file = await openWeights(join(goldenPath("quantised"), "bert-nf4", "model.safetensors"));
  const name = [...file.tensors.keys()].find((each) => each.includes(".quant_state."))!;
  const text = new TextDecoder().decode(file.readSync(name).bytes);
  const state = JSON.parse(text);
  const odd = [
    { shape: [-4, -4] },
    { shape: [0, 64] },
    { blocksize: 0 },
    { blocksize: 64.5 },
    { nested_blocksize: 0 },
    { nested_offset: "1" },
    { shape: "x".repeat(100_000) },
  ];
  for (const change of odd) {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...state, ...change }));
    const stored: Weights = {
      ...file,
      readSync: (each): RawTensor =>
        each === name ? { dtype: "U8", shape: [bytes.length], bytes } : file.readSync(each),
    };
    assert.throws(
      () => readBitsandbytes(stored),
      isMistake("weights", /has a quantisation state that cannot be read|sizes that work/),
      JSON.stringify(change),
    );
  }
});
