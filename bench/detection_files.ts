/**
 * What the PyTorch side of object detection reads: the graph, its weights with our new head, the rows as both see
 * them, and our batches and rates.
 *
 * @module
 */
import { join } from "node:path";
import type { HostTensor } from "../lib/engine/mod.ts";
import { weightsOf } from "../lib/nn/layer.ts";
import type { Model } from "../lib/nn/model.ts";
import type { AnyExamples, Assembled } from "../lib/pipeline/run/assemble_stage.ts";
import { learningRateAt } from "../lib/train/schedules/mod.ts";
import { planSteps } from "../lib/train/step_plan.ts";
import type { TrainSettings } from "../lib/train/train_options.ts";
import { type TensorToWrite, writeSafetensors } from "../lib/weights/write_safetensors.ts";

/** Writes `config.json`, `model.safetensors`, `rows.safetensors`, `objects.json` and `start.json`. */
export async function writeDetectionFiles(
  folder: string,
  { trainable, data }: Pick<Assembled, "trainable" | "data">,
  settings: TrainSettings,
): Promise<void> {
  const { model, objective } = trainable;
  const writeJson = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await writeJson("config.json", model.json);
  await writeSafetensors(join(folder, "model.safetensors"), weights(model));
  const rows = Array.from({ length: data.train.rows }, (_, row) => row);
  const targets = objective.targetsOf(rows, 1);
  await writeSafetensors(join(folder, "rows.safetensors"), [
    tensor("pixels", await pixelsOf(data.train)),
    tensor("test", await pixelsOf(data.test)),
    ...["nearness", "centre_boxes", "centres"].map((name) => tensor(name, targets[name])),
  ]);
  await writeJson("objects.json", rows.map((row) => objective.weightOf([row])));
  const { totalSteps, microBatchesOf } = planSteps(data.train.lengths, settings);
  const steps = Array.from({ length: totalSteps }, (_, step) => step);
  await writeJson("start.json", {
    rates: steps.map((step) => learningRateAt({ ...settings, totalSteps }, step)),
    steps: steps.map((step) => microBatchesOf(step).flatMap((each) => [...each])),
  });
}

async function pixelsOf(examples: AnyExamples): Promise<HostTensor> {
  const all = Array.from({ length: examples.rows }, (_, row) => row);
  return (await examples.feedsOf(all)).pixel_values;
}

function* weights({ family, layers, head, weights }: Model): Generator<TensorToWrite> {
  for (const { path, shape, layer } of layers.flatMap(weightsOf)) {
    const name = head.includes(layer.path) ? path : `${family.prefix}.${path}`;
    yield tensor(name, { shape, data: weights.get(path)! });
  }
}

function tensor(name: string, { shape, data }: Pick<HostTensor, "shape"> & {
  readonly data: ArrayLike<number>;
}): TensorToWrite {
  const numbers = Float32Array.from(data);
  return { name, dtype: "F32", shape: [...shape], data: new Uint8Array(numbers.buffer) };
}
