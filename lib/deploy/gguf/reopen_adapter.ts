/**
 * Opens a LoRA file of llama.cpp on the model that it was trained on, as llama.cpp computes with it.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { readGguf } from "../../core/gguf/read_gguf.ts";
import { type Device, tf } from "../../engine/mod.ts";
import { evaluationProgram } from "../../nn/forward_program.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import { evaluated } from "../../nn/run_over.ts";
import { frozenOf, type TrainableModel } from "../../nn/trainable_model.ts";
import type { GgufArchitecture } from "../../weights/gguf/architectures/architecture.ts";
import { readAdapterTensors } from "../../weights/gguf/read_tensors.ts";
import type { Reopened } from "../target.ts";
import { loraPlaces } from "./adapter_tensors.ts";

/** Opens the file; an error of kind "output" for what is no adapter of this model. */
export async function reopenAdapter(
  architecture: GgufArchitecture,
  { model, objective }: TrainableModel,
  path: string,
  device: Device,
): Promise<Reopened> {
  const adapter = await readAdapter(architecture, model, path);
  const opened = { model: { ...model, head: [] }, objective, adapter };
  const step = await device.compile(evaluationProgram(opened), { frozen: frozenOf(opened) });
  return {
    run: (feeds, signal) => step.run(feeds, signal),
    read: evaluated(objective),
    dispose: () => step.dispose(),
  };
}

async function readAdapter(
  architecture: GgufArchitecture,
  model: TrainableModel["model"],
  path: string,
): Promise<AttachedMethod> {
  const header = await readGguf(path, { isAdapter: true });
  const { metadata } = header;
  const alpha = metadata.get("adapter.lora.alpha");
  if (metadata.get("adapter.type") !== "lora" || typeof alpha !== "number") {
    throw new TunebookError("output", `${path} is no LoRA adapter`);
  }
  const tensors = await readAdapterTensors(header);
  const sites = new Map<string, { a: string; b: string; scale: number }>();
  const frozen: NonNullable<AttachedMethod["frozen"]>[number][] = [];
  for (
    const [layer, { name, inFeatures, outFeatures, restored }] of loraPlaces(architecture, model)
  ) {
    const [a, b] = [tensors.get(`${name}.lora_a`), tensors.get(`${name}.lora_b`)];
    if (!a || !b) continue;
    tensors.delete(`${name}.lora_a`);
    tensors.delete(`${name}.lora_b`);
    const rank = a.shape[0];
    const own = { a: `${layer}.file_lora_a`, b: `${layer}.file_lora_b`, scale: alpha / rank };
    sites.set(layer, own);
    frozen.push(
      { name: own.a, shape: [rank, inFeatures], values: () => a.values },
      { name: own.b, shape: [outFeatures, rank], values: () => restored(b.values, rank) },
    );
  }
  if (tensors.size > 0) {
    throw new TunebookError(
      "output",
      `${path} has ${[...tensors.keys()].join(", ")}, unknown here`,
    );
  }
  return {
    parameters: [],
    frozen,
    targets: [...sites.keys()],
    trains: () => false,
    output(at, x, y, context) {
      const site = sites.get(at);
      if (!site) return y;
      const low = tf.matMul(x, context.parameter(site.a), false, true);
      return tf.add(y, tf.mul(tf.matMul(low, context.parameter(site.b), false, true), site.scale));
    },
  };
}
