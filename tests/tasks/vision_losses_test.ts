/** A step of whole models with the losses of boxes and masks is transformers' step. */
import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { type HostTensor, openDevice } from "../../lib/engine/mod.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { maskObjective } from "../../lib/tasks/image_segmentation/mask_objective.ts";
import { detectionObjective } from "../../lib/tasks/object_detection/detection_objective.ts";
import type { ImageObjects } from "../../lib/tasks/object_detection/match_queries.ts";
import { type StepReport, train } from "../../lib/train/train.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { readGolden } from "../models/golden.ts";
import { goldenImageModel, sized } from "../models/golden_images.ts";

interface Learnt {
  name: string;
  loss: number;
  /** Of all gradients. */
  norm: number;
}

const golden: {
  detectors: (Learnt & {
    queries: number;
    layers: number;
    normsLayers: boolean;
    objects: ImageObjects[];
  })[];
  segmenters: (Learnt & { masks: number[][][] })[];
} = JSON.parse(
  await Deno.readTextFile(new URL("../golden/vision_losses.json", import.meta.url)),
);

/** Classes of the models. */
const classes = 3;

async function firstStep(
  model: Model,
  pixels: HostTensor,
  objective: Objective,
  settings: TrainOptions,
): Promise<StepReport> {
  const [images, ...each] = pixels.shape;
  const size = each.reduce((product, dim) => product * dim, 1);
  const rows = {
    lengths: new Int32Array(images).fill(1),
    feedsOf: (chosen: ArrayLike<number>) => ({
      pixel_values: {
        shape: [chosen.length, ...each],
        data: Float32Array.from(
          Array.from(chosen, (row) => [...pixels.data.slice(row * size, (row + 1) * size)]).flat(),
        ),
      },
    }),
  };
  const trainable = { model, adapter: attachTo(model, full({ batchNorm: "running" })), objective };
  const reports: StepReport[] = [];
  const { state } = await train(trainable, rows, {
    device: await openDevice("cpu"),
    settings: trainSettings({ epochs: 1, learningRate: 1e-3, ...settings }),
    fingerprint: { model: "tiny" },
    onStep: (report) => reports.push(report),
  });
  state.dispose();
  return reports[0];
}

function assertStep({ loss, gradientNorm }: StepReport, wanted: Learnt): void {
  assert.ok(Math.abs(loss - wanted.loss) <= 1e-5 * wanted.loss, `${loss}, not ${wanted.loss}`);
  const apart = Math.abs(gradientNorm - wanted.norm) / wanted.norm;
  assert.ok(apart <= 1e-4, `${gradientNorm}, not ${wanted.norm}`);
}

for (const each of golden.detectors) {
  const auxiliary = each.layers === 1
    ? ""
    : ` with auxiliary losses, ${each.normsLayers ? "normed between layers" : "as in the paper"},`;
  Deno.test(`a step of ${each.name}${auxiliary} has transformers' loss and gradients`, async () => {
    const { pixel_values } = await readGolden(`vision/${each.name}/expected.safetensors`);
    const { queries, objects, layers, normsLayers } = each;
    const objective = detectionObjective({ queries, classes, objects, layers });
    const opened = sized(await goldenImageModel(each.name, "boxes"), pixel_values);
    const model = {
      ...opened,
      headRequest: { ...opened.headRequest, ...objective.head },
      config: { ...opened.config, ...(normsLayers ? { normsLayers } : {}) },
    };
    for (
      const settings of [{ batchSize: objects.length }, {
        batchSize: 1,
        accumulate: objects.length,
      }]
    ) {
      assertStep(await firstStep(model, pixel_values, objective, settings), each);
    }
  });
}

for (const each of golden.segmenters) {
  Deno.test(`a step of ${each.name} has transformers' loss and gradients`, async () => {
    const { pixel_values, results } = await readGolden(`vision/${each.name}/expected.safetensors`);
    const model = sized(await goldenImageModel(each.name, "masks"), pixel_values);
    const [, , height, width] = results.shape;
    const objective = maskObjective({
      classes,
      masks: each.masks.map((mask) => ({
        width: mask[0].length,
        height: mask.length,
        data: Uint8Array.from(mask.flat()),
      })),
      mapSize: [height, width],
    });
    const batchSize = each.masks.length;
    for (const settings of [{ batchSize }, { batchSize: 1, accumulate: batchSize }]) {
      assertStep(await firstStep(model, pixel_values, objective, settings), each);
    }
  });
}
