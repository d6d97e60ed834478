/**
 * What the PyTorch side of a training reads to take our steps: the model with its new head, our batches and our
 * learning rates.
 *
 * @module
 */
import { join } from "node:path";
import type { HostTensor } from "../lib/engine/mod.ts";
import { weightsOf } from "../lib/nn/layer.ts";
import type { Model } from "../lib/nn/model.ts";
import type { Assembled } from "../lib/pipeline/run/assemble_stage.ts";
import { learningRateAt } from "../lib/train/schedules/mod.ts";
import { planSteps } from "../lib/train/step_plan.ts";
import type { TrainSettings } from "../lib/train/train_options.ts";
import { type TensorToWrite, writeSafetensors } from "../lib/weights/write_safetensors.ts";

/** Writes `config.json`, `model.safetensors` and `start.json`. */
export async function writeStart(
  folder: string,
  { trainable: { model }, data }: Pick<Assembled, "trainable" | "data">,
  settings: TrainSettings,
): Promise<void> {
  await writeJson(join(folder, "config.json"), model.json);
  await writeSafetensors(join(folder, "model.safetensors"), weights(model));
  const { totalSteps, microBatchesOf } = planSteps(data.train.lengths, settings);
  const steps = Array.from({ length: totalSteps }, (_, step) => step);
  await writeJson(join(folder, "start.json"), {
    rates: steps.map((step) => learningRateAt({ ...settings, totalSteps }, step)),
    steps: steps.map((step) => microBatchesOf(step).flatMap((each) => [...each])),
  });
}

/** Writes a file that Python's `json.load` reads. */
export async function writeJson(file: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(file, JSON.stringify(content));
}

/** Numbers as a safetensors file holds them. */
export function floatTensor(name: string, { shape, data }: Pick<HostTensor, "shape"> & {
  readonly data: ArrayLike<number>;
}): TensorToWrite {
  const numbers = Float32Array.from(data);
  return { name, dtype: "F32", shape: [...shape], data: new Uint8Array(numbers.buffer) };
}

function* weights({ family, layers, head, weights }: Model): Generator<TensorToWrite> {
  for (const { path, shape, layer } of layers.flatMap(weightsOf)) {
    const isOwn = head.includes(layer.path) || family.prefix === "";
    const name = isOwn ? path : `${family.prefix}.${path}`;
    yield floatTensor(name, { shape, data: weights.get(path)! });
  }
}
