/**
 * The config.json that transformers would have for the model of a GGUF file.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { ggufTaskKey, taskNoteField } from "../../core/task_keys.ts";
import { type GgufHeader, readGguf } from "../../core/gguf/read_gguf.ts";
import { architectureOf } from "./architectures/mod.ts";
import { llama3Scaling } from "./architectures/rope_scaling.ts";
import { ggufFields } from "./gguf_fields.ts";
import { readRopeDivisors } from "./open_gguf.ts";

/**
 * The fields of config.json. Throws an error of kind "weights" that lists every key that the file
 * lacks, and of kind "unsupported" for an architecture or a setting that tunebook does not have.
 */
export async function readGgufConfig(path: string): Promise<Record<string, unknown>> {
  return ggufConfig(await readGguf(path), await readRopeDivisors(path));
}

/** The fields of config.json by a header and the divisors of rotary frequencies, if it has them. */
export function ggufConfig(
  header: GgufHeader,
  divisors: Float32Array | undefined,
): Record<string, unknown> {
  const architecture = architectureOf(header);
  const fields = ggufFields(header, architecture.name);
  const config = architecture.config(fields);
  fields.finish();
  return {
    ...config,
    ...(divisors
      ? { rope_scaling: llama3Scaling(header.path, divisors, config.rope_theta as number) }
      : {}),
    vocab_size: vocabSize(header),
    tie_word_embeddings: architecture.name === "gpt2" || !header.tensors.has("output.weight"),
    ...tokenIds(header),
    ...(header.metadata.has(ggufTaskKey)
      ? { [taskNoteField]: header.metadata.get(ggufTaskKey) }
      : {}),
  };
}

/** Rows of the word table: some files have more tokens than that, or fewer. */
function vocabSize({ path, tensors }: GgufHeader): number {
  const table = tensors.get("token_embd.weight");
  if (table?.shape.length === 2) return table.shape[0];
  throw new TunebookError("weights", `${path} lacks the tensor token_embd.weight`);
}

/** The ids of special tokens; a model that answers ends its turns with one more (`eot`). */
function tokenIds({ path, metadata }: GgufHeader): Record<string, unknown> {
  const id = (key: string) => {
    const value = metadata.get(`tokenizer.ggml.${key}`);
    if (value === undefined || Number.isSafeInteger(value) && (value as number) >= 0) {
      return value as number | undefined;
    }
    throw new TunebookError("weights", `${path}: tokenizer.ggml.${key} is ${value}, no token's id`);
  };
  const [bos, eos, eot, pad] = ["bos", "eos", "eot", "padding"].map((name) =>
    id(`${name}_token_id`)
  );
  const ends = [...new Set([eos, eot])].filter((each) => each !== undefined);
  return {
    ...(bos === undefined ? {} : { bos_token_id: bos }),
    ...(ends.length === 0 ? {} : { eos_token_id: ends.length === 1 ? ends[0] : ends }),
    ...(pad === undefined ? {} : { pad_token_id: pad }),
  };
}
