/**
 * The tensors of a merged model as a GGUF file holds them.
 *
 * @module
 */
import { isStoredTransposed } from "../../nn/layer.ts";
import { bodyPaths, type Model, modelWeights, pathPrefix } from "../../nn/model.ts";
import { TunebookError } from "../../core/errors.ts";
import type { LlamaLikeConfig } from "../../models/llama_like_config.ts";
import type { GgufArchitecture } from "../../weights/gguf/architectures/architecture.ts";
import { ropeDivisors } from "../../weights/gguf/gguf_tensors.ts";
import { redo } from "../../weights/gguf/tensor_changes.ts";
import { writtenFormatOf } from "../../weights/gguf/write/written_format_of.ts";
import { storedName } from "../../weights/gguf/write/stored_name.ts";
import type { GgufTensorToWrite } from "../../weights/gguf/write/write_gguf.ts";
import {
  type WrittenFormatName,
  writtenFormats,
} from "../../weights/gguf/write/written_formats.ts";

/** How they are written. */
export interface ModelTensorsOptions {
  readonly format: WrittenFormatName;
  /** What rotary frequencies are divided by, where the file holds it. */
  readonly divisors?: Float32Array | undefined;
}

/**
 * The tensors; each is made when its turn comes. Throws a `TunebookError` of kind "unsupported" that names
 * the weights that the architecture does not have.
 *
 * @param model merged
 */
export function modelTensors(
  architecture: GgufArchitecture,
  model: Model,
  { format, divisors }: ModelTensorsOptions,
): GgufTensorToWrite[] {
  const prefix = pathPrefix(model);
  const inner = bodyPaths(model);
  const { numHeads, numKeyValueHeads = numHeads } = model.config as LlamaLikeConfig;
  const heads = { queries: numHeads, keys: numKeyValueHeads };
  const unknown: string[] = [];
  const tensors = modelWeights(model).flatMap((weight): GgufTensorToWrite[] => {
    const { path, shape, layer } = weight;
    const stored = storedName(architecture, inner.has(layer.path) ? prefix + path : path);
    if (!stored) {
      unknown.push(path);
      return [];
    }
    const { name, change } = stored;
    // tunebook's own weights of such a linear layer lie as llama.cpp's do.
    const isDone = change === undefined || isStoredTransposed(weight);
    const data = () => {
      const values = model.weights.get(path)!;
      return isDone ? values : redo(change, values, { shape, heads });
    };
    return [{ name, shape, format: writtenFormatOf(name, shape, format), data }];
  });
  if (unknown.length > 0) {
    throw new TunebookError(
      "unsupported",
      `a GGUF file of the architecture ${architecture.name} has no place for ${unknown.join(", ")}`,
    );
  }
  return divisors
    ? [
      ...tensors,
      {
        name: ropeDivisors,
        shape: [divisors.length],
        format: writtenFormats.F32,
        data: () => divisors,
      },
    ]
    : tensors;
}
