/**
 * Loads the model of a bench of language models.
 *
 * @module
 */
import { join } from "node:path";
import type { QuantizationFormat } from "../lib/engine/mod.ts";
import { loadModel } from "../lib/models/load_model.ts";
import type { Model } from "../lib/nn/model.ts";

/**
 * A folder of transformers with its head for the next token, which is not trained.
 *
 * @param quantize how the weights are held; float32 unless given
 */
export async function loadLanguageModel(
  folder: string,
  quantize?: QuantizationFormat,
): Promise<Model> {
  const model = await loadModel({
    reference: folder,
    config: join(folder, "config.json"),
    weights: folder,
    head: { name: "language", outputs: 0 },
    seed: 0,
    ...(quantize ? { quantize } : {}),
  });
  return { ...model, head: [] };
}
