/**
 * A folder of transformers as a GGUF file with made-up words: both sides of the bench are given ids.
 *
 * @module
 */
import { join } from "node:path";
import { exists } from "../lib/core/exists.ts";
import type { ValueToWrite } from "../lib/core/gguf/write_values.ts";
import { checkGgufModel } from "../lib/deploy/gguf/check_model.ts";
import { modelKeys } from "../lib/deploy/gguf/model_keys.ts";
import { modelTensors } from "../lib/deploy/gguf/model_tensors.ts";
import { loadModel } from "../lib/models/load_model.ts";
import { noAdapter } from "../lib/nn/merge.ts";
import { textConfig } from "../lib/nn/model.ts";
import { writeGguf } from "../lib/weights/gguf/write/write_gguf.ts";

/** The first words are no text, the next ones single bytes, as in a SentencePiece vocabulary. */
const special = ["<unk>", "<s>", "</s>"];
const bytes = 256;
/** Kinds of tokens in llama.cpp. */
const kinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

/** Writes `FORMAT.gguf` into the folder unless it is there, and gives its path. */
export async function ggufOfFolder(folder: string, format: "Q8_0" | "Q4_0"): Promise<string> {
  const path = join(folder, `${format}.gguf`);
  if (await exists(path)) return path;
  console.error(`writing ${path} …`);
  const config = join(folder, "config.json");
  const model = await loadModel({ reference: folder, config, weights: folder, seed: 0 });
  const { architecture } = checkGgufModel({ model, adapter: noAdapter });
  const { keys, divisors } = modelKeys(architecture, model);
  const metadata = new Map<string, ValueToWrite>([
    ["general.architecture", { type: "string", value: architecture.name }],
    ["general.type", { type: "string", value: "model" }],
    ["general.quantization_version", { type: "uint32", value: 2 }],
    ...keys,
    ...words(textConfig(model).vocabSize),
  ]);
  await writeGguf(path, metadata, modelTensors(architecture, model, { format, divisors }));
  return path;
}

function words(count: number): Map<string, ValueToWrite> {
  const tokens = Array.from({ length: count }, (_, id) => {
    const byte = id - special.length;
    if (byte < 0) return special[id];
    return byte < bytes
      ? `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`
      : `\u2581w${id}`;
  });
  const kindOf = (id: number) => {
    if (id < special.length) return id === 0 ? kinds.unknown : kinds.control;
    return id < special.length + bytes ? kinds.byte : kinds.normal;
  };
  return new Map<string, ValueToWrite>([
    ["model", { type: "string", value: "llama" }],
    ["tokens", { type: "strings", value: tokens }],
    ["scores", { type: "float32s", value: tokens.map((_, id) => -id) }],
    ["token_type", { type: "int32s", value: tokens.map((_, id) => kindOf(id)) }],
    ["bos_token_id", { type: "uint32", value: 1 }],
    ["eos_token_id", { type: "uint32", value: 2 }],
    ["add_bos_token", { type: "bool", value: false }],
  ].map(([key, value]) => [`tokenizer.ggml.${key}`, value as ValueToWrite]));
}
