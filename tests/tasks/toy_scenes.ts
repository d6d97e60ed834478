/**
 * Small images with rectangles, and a model of one hidden layer that learns to find them with any head.
 *
 * @module
 */
import { full } from "../../lib/adapters/full.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice, type Tensor } from "../../lib/engine/mod.ts";
import { createPredictor } from "../../lib/evaluate/predict.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import type { Family } from "../../lib/nn/family.ts";
import type { LabelMask } from "../../lib/nn/mask_predictions.ts";
import { attachTo } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import type { ImageObjects } from "../../lib/tasks/object_detection/match_queries.ts";
import { train, type TrainingRows } from "../../lib/train/train.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { type ToyImageConfig, toyImageFamily } from "../models/toy_image_family.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Pixels on a side. */
export const side = 8;
/** The classes of the rectangles. */
export const labels = ["wide", "high"];
const hiddenSize = 48;

/** Images with their objects and the classes of their pixels, 0 for none. */
export interface Scenes {
  readonly rows: TrainingRows;
  readonly objects: readonly ImageObjects[];
  readonly masks: readonly LabelMask[];
}

/** Images with up to two bright rectangles, a wide one and a high one. */
export function scenes(count: number, seed: number): Scenes {
  const random = Random.fromSeed(seed, "scenes");
  const objects: ImageObjects[] = [];
  const masks = Array.from({ length: count }, () => {
    const data = new Uint8Array(side * side);
    const found = [0, 1].filter(() => random.uniform() < 0.7);
    const boxes = found.flatMap((label) => {
      const [width, height] = label === 0 ? [4, 2] : [2, 4];
      const x = random.integer(side - width + 1);
      const y = random.integer(side - height + 1);
      for (let row = y; row < y + height; row++) {
        data.fill(label + 1, row * side + x, row * side + x + width);
      }
      return [(x + width / 2) / side, (y + height / 2) / side, width / side, height / side];
    });
    objects.push({ classes: found, boxes });
    return { width: side, height: side, data };
  });
  const pixelsOf = (row: number) => Array.from(masks[row].data, (label) => label > 0 ? 1 : 0);
  const rows: TrainingRows = {
    lengths: new Int32Array(count).fill(1),
    feedsOf: (chosen) => ({
      pixel_values: {
        shape: [chosen.length, side, side, 1],
        data: Float32Array.from(Array.from(chosen, pixelsOf).flat()),
      },
    }),
  };
  return { rows, objects, masks };
}

/** What to learn. */
export interface ToyLearning {
  readonly learned: Scenes;
  readonly held: Scenes;
  readonly objective: Objective;
  /** The numbers of the head's linear layer → what the head gives. */
  head(numbers: Tensor): Tensor;
}

/** Trains all of the model and gives its losses and its outputs for the images that were held out. */
export function learnScenes(
  { learned, held, objective, head }: ToyLearning,
): Promise<{ losses: readonly number[]; outputs: Float32Array[] }> {
  const family: Family<ToyImageConfig> = {
    ...toyImageFamily,
    heads: {
      [objective.head.name]: {
        reads: "pooled",
        layers: ({ hiddenSize }) => [
          { kind: "linear", path: "head", inFeatures: hiddenSize, outFeatures: objective.outputs },
        ],
        forward: (net, _config, pooled) => head(net.linear("head", pooled)),
        className: "ToyImageWithHead",
      },
    },
  };
  return inFolder(async (folder) => {
    const model = await loadModel({
      reference: `file:${folder}`,
      ...await writeModel(folder),
      head: objective.head,
      families: [family],
      seed: 1,
    });
    const trainable = { model, adapter: attachTo(model, full()), objective };
    const device = await openDevice("cpu");
    const { state, losses } = await train(trainable, learned.rows, {
      device,
      settings: trainSettings({ batchSize: 40, epochs: 60, learningRate: 0.01 }),
      fingerprint: { model: "toy" },
    });
    const predictor = await createPredictor(trainable, device, state);
    const outputs = await predictor.outputs(held.rows);
    await predictor.dispose();
    state.dispose();
    return { losses, outputs };
  });
}

async function writeModel(folder: string): Promise<{ config: string; weights: string }> {
  const [config, weights] = [`${folder}/config.json`, `${folder}/model.safetensors`];
  const fields = { model_type: "toy_image", image_size: side, hidden_size: hiddenSize };
  await Deno.writeTextFile(config, JSON.stringify(fields));
  const random = Random.fromSeed(1, "weights");
  const tensor = (name: string, shape: number[], scale: number) => ({
    name: `body.pixels.${name}`,
    dtype: "F32" as const,
    shape,
    data: Float32Array.from(
      { length: shape.reduce((a, b) => a * b) },
      () => scale * random.normal(),
    ),
  });
  await writeSafetensors(weights, [
    tensor("weight", [hiddenSize, side * side], 0.3),
    tensor("bias", [hiddenSize], 0),
  ]);
  return { config, weights };
}
