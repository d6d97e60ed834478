/**
 * A folder of a tiny random decoder of any family, with a tokenizer.
 *
 * @module
 */
import { join } from "node:path";
import { isStoredTransposed, transposed } from "../../lib/nn/layer.ts";
import { bodyPaths, modelWeights, pathPrefix } from "../../lib/nn/model.ts";
import { writeShards } from "../../lib/weights/write_shards.ts";
import { toyLanguageModel } from "../nn/toy.ts";
import { tinyTokenizer } from "./tiny.ts";

/** Tokens of the tiny tokenizer. */
const vocabulary = 77;

/** How the decoder differs from what the tests usually have. */
export interface ToyFolderOptions {
  /** Fields of `config.json`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** `tokenizer.json`, with as many tokens as it has; the tiny one unless given. */
  readonly tokenizer?: {
    readonly json: unknown;
    readonly tokens: number;
    readonly ends?: Readonly<Record<string, number>>;
  };
}

/** Writes the folder and returns its reference. */
export async function toyFolder(
  folder: string,
  modelType: string,
  { fields = {}, tokenizer = { json: tinyTokenizer(), tokens: vocabulary, ends: {} } }:
    ToyFolderOptions = {},
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const sizes = { layers: 2, vocabulary: tokenizer.tokens, positions: 64 };
  const model = toyLanguageModel({ modelType, ...sizes, fields });
  const body = bodyPaths(model);
  await writeShards(
    folder,
    modelWeights(model).map((weight) => {
      const { path, shape, layer } = weight;
      const isTurned = isStoredTransposed(weight);
      const numbers = model.weights.get(path)!;
      return {
        name: (body.has(layer.path) ? pathPrefix(model) : "") + path,
        dtype: "F32" as const,
        shape: isTurned ? shape.toReversed() : shape,
        data: () => isTurned ? transposed(numbers, shape) : numbers,
      };
    }),
  );
  const config = { ...model.json, eos_token_id: 4, pad_token_id: 0, ...tokenizer.ends };
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  await Deno.writeTextFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.json));
  return `file:${folder}`;
}
