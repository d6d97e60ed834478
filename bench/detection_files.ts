/**
 * What the PyTorch side of object detection reads: the start of a training and the rows as both sides see them.
 *
 * @module
 */
import { join } from "node:path";
import type { HostTensor } from "../lib/engine/mod.ts";
import type { AnyExamples, Assembled } from "../lib/pipeline/run/assemble_stage.ts";
import type { TrainSettings } from "../lib/train/train_options.ts";
import { writeSafetensors } from "../lib/weights/write_safetensors.ts";
import { floatTensor, writeJson, writeStart } from "./start_files.ts";

/** Writes `config.json`, `model.safetensors`, `start.json`, `rows.safetensors` and `objects.json`. */
export async function writeDetectionFiles(
  folder: string,
  { trainable, data }: Pick<Assembled, "trainable" | "data">,
  settings: TrainSettings,
): Promise<void> {
  await writeStart(folder, { trainable, data }, settings);
  const { objective } = trainable;
  const rows = Array.from({ length: data.train.rows }, (_, row) => row);
  const targets = objective.targetsOf(rows, 1);
  await writeSafetensors(join(folder, "rows.safetensors"), [
    floatTensor("pixels", await pixelsOf(data.train)),
    floatTensor("test", await pixelsOf(data.test)),
    ...["nearness", "centre_boxes", "centres"].map((name) => floatTensor(name, targets[name])),
  ]);
  await writeJson(join(folder, "objects.json"), rows.map((row) => objective.weightOf([row])));
}

async function pixelsOf(examples: AnyExamples): Promise<HostTensor> {
  const all = Array.from({ length: examples.rows }, (_, row) => row);
  return (await examples.feedsOf(all)).pixel_values;
}
