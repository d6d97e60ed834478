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

/** Writes the folder and returns its reference. */
export async function toyFolder(folder: string, modelType: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const model = toyLanguageModel({ modelType, layers: 2, vocabulary, positions: 64 });
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
  const config = { ...model.json, eos_token_id: 4, pad_token_id: 0 };
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  await Deno.writeTextFile(join(folder, "tokenizer.json"), JSON.stringify(tinyTokenizer()));
  return `file:${folder}`;
}
