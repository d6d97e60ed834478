/**
 * A method that comes down to low-rank matrices as the tensors of a LoRA file of llama.cpp, and back.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { sizeOf } from "../../engine/mod.ts";
import type { LlamaLikeConfig } from "../../models/llama_like_config.ts";
import type { AdapterDelta, LowRank } from "../../nn/adapter_delta.ts";
import { bodyPaths, type Model, modelWeights, pathPrefix } from "../../nn/model.ts";
import { type TrainableModel, withFrozen } from "../../nn/trainable_model.ts";
import { trainedWeights } from "../../nn/trained.ts";
import type { GgufArchitecture } from "../../weights/gguf/architectures/architecture.ts";
import { redo, undo } from "../../weights/gguf/tensor_changes.ts";
import { storedName } from "../../weights/gguf/write/stored_name.ts";
import type { GgufTensorToWrite } from "../../weights/gguf/write/write_gguf.ts";
import type { WrittenFormat } from "../../weights/gguf/write/written_formats.ts";

/** A linear layer's place in the file. */
export interface LoraPlace {
  /** `blk.0.attn_q.weight` */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** B as llama.cpp has it, whose rows may stand otherwise, and back. */
  stored(b: Float32Array, rank: number): Float32Array;
  restored(b: Float32Array, rank: number): Float32Array;
}

const refused = (why: string) =>
  new TunebookError(
    "unsupported",
    `an adapter of llama.cpp is LoRA alone, and this method ${why}; write the whole model, ` +
      "gguf(file), or a folder, adapter(folder)",
  );

/**
 * Throws an error of kind "unsupported" for a method that trains anything but low-rank matrices beside
 * linear layers.
 */
export function checkLora({ model, adapter }: Pick<TrainableModel, "model" | "adapter">): void {
  if (!adapter.delta) throw refused("does not come down to low-rank matrices");
  const [trained] = trainedWeights(model, adapter);
  if (trained) throw refused(`also trains ${trained.path}`);
  // What a method does says less than what it is made of: any numbers show it.
  const zeros = new Map(
    adapter.parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
  );
  lowRanks(adapter.delta(withFrozen(adapter, zeros)));
}

/** Every linear layer of the body by its path in tunebook. */
export function loraPlaces(
  architecture: GgufArchitecture,
  model: Model,
): ReadonlyMap<string, LoraPlace> {
  const prefix = pathPrefix(model);
  const inner = bodyPaths(model);
  const { numHeads, numKeyValueHeads = numHeads } = model.config as LlamaLikeConfig;
  const heads = { queries: numHeads, keys: numKeyValueHeads };
  const places = new Map<string, LoraPlace>();
  for (const { path, layer } of modelWeights(model)) {
    if (layer.kind !== "linear" || !path.endsWith(".weight")) continue;
    const found = storedName(architecture, inner.has(layer.path) ? prefix + path : path);
    if (!found) continue;
    const { inFeatures, outFeatures } = layer;
    const rows = found.change === "transposed" ? undefined : found.change;
    const shape = (rank: number) => ({ shape: [outFeatures, rank], heads });
    places.set(layer.path, {
      name: found.name,
      inFeatures,
      outFeatures,
      stored: (b, rank) => rows ? redo(rows, b, shape(rank)) : b,
      restored: (b, rank) => rows ? undo(rows, new Float32Array(b), shape(rank)) : b,
    });
  }
  return places;
}

/** The tensors and `adapter.lora.alpha`, by which llama.cpp scales: alpha / rank of each matrix. */
export function adapterTensors(
  architecture: GgufArchitecture,
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
  values: ReadonlyMap<string, Float32Array>,
  format: WrittenFormat,
): { readonly tensors: GgufTensorToWrite[]; readonly alpha: number } {
  const linears = lowRanks(adapter.delta!(withFrozen(adapter, values)));
  const places = loraPlaces(architecture, model);
  const lost = [...linears.keys()].filter((path) => !places.has(path));
  if (lost.length > 0) throw refused(`adapts ${lost.join(", ")}, which the file has no place for`);
  const [first] = linears.values();
  if (!first) throw refused("has changed nothing");
  // AdaLoRA's may all be 0.
  const scale = first.diagonal.reduce((most, each) => Math.max(most, Math.abs(each)), 0) || 1;
  const alpha = scale * first.rank;
  const tensors = [...linears].flatMap(([path, low]): GgufTensorToWrite[] => {
    const { name, inFeatures, outFeatures, stored } = places.get(path)!;
    const { rank, a } = low;
    return [
      { name: `${name}.lora_a`, shape: [rank, inFeatures], format, data: () => a },
      {
        name: `${name}.lora_b`,
        shape: [outFeatures, rank],
        format,
        data: () => stored(scaled(low, alpha), rank),
      },
    ];
  });
  return { tensors, alpha };
}

/** B, so that alpha / rank is all that is left to multiply with. */
function scaled({ rank, diagonal, b }: LowRank, alpha: number): Float32Array {
  return b.map((value, i) => value * (diagonal[i % rank] * rank / alpha));
}

function lowRanks({ linears, norms, prompt, prefix }: AdapterDelta): Map<string, LowRank> {
  if (prompt ?? prefix) throw refused("puts virtual tokens before texts");
  if (norms && norms.size > 0) throw refused("changes norms");
  return new Map([...linears].map(([path, { low, inputScale, scale, offset }]) => {
    if (!low || (inputScale ?? scale ?? offset)) throw refused(`changes ${path} otherwise`);
    return [path, low];
  }));
}
