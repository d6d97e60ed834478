/**
 * A detector of a few lines learns to find squares: matching, loss, the two runs of a step, answers and
 * scores together.
 */
import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { Random } from "../../../lib/core/random.ts";
import { openDevice, tf } from "../../../lib/engine/mod.ts";
import { createPredictor } from "../../../lib/evaluate/predict.ts";
import { meanAveragePrecision } from "../../../lib/metrics/mean_average_precision.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import type { BoxPredictions } from "../../../lib/nn/box_predictions.ts";
import type { Family } from "../../../lib/nn/family.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { boxesOfQueries } from "../../../lib/tasks/object_detection/boxes_of_queries.ts";
import { detectionObjective } from "../../../lib/tasks/object_detection/detection_objective.ts";
import type { ImageObjects } from "../../../lib/tasks/object_detection/match_queries.ts";
import { train, type TrainingRows } from "../../../lib/train/train.ts";
import { trainSettings } from "../../../lib/train/train_options.ts";
import { writeSafetensors } from "../../../lib/weights/write_safetensors.ts";
import { type ToyImageConfig, toyImageFamily } from "../../models/toy_image_family.ts";
import { inFolder } from "../../weights/in_folder.ts";

const [side, hiddenSize] = [8, 48];
const sizes = { queries: 4, classes: 2 };
const perQuery = sizes.classes + 1 + 4;

/** The toy family with a head that gives four boxes. */
const family: Family<ToyImageConfig> = {
  ...toyImageFamily,
  heads: {
    boxes: {
      reads: "pooled",
      layers: ({ hiddenSize }) => [
        {
          kind: "linear",
          path: "queries",
          inFeatures: hiddenSize,
          outFeatures: sizes.queries * perQuery,
        },
      ],
      forward(net, _config, pooled) {
        const rows = tf.reshape(net.linear("queries", pooled), [-1, sizes.queries, perQuery]);
        const [logits, boxes] = tf.split(rows, [sizes.classes + 1, 4], 2);
        return tf.concat([logits, tf.sigmoid(boxes)], 2);
      },
      className: "ToyImageForObjectDetection",
    },
  },
};

/** Images with up to two bright rectangles, one wide and one high. */
function scenes(count: number, seed: number) {
  const random = Random.fromSeed(seed, "scenes");
  const images: Float32Array[] = [];
  const objects: ImageObjects[] = [];
  for (let image = 0; image < count; image++) {
    const pixels = new Float32Array(side * side);
    const found = [0, 1].filter(() => random.uniform() < 0.7);
    const boxes = found.flatMap((label) => {
      const [width, height] = label === 0 ? [4, 2] : [2, 4];
      const x = random.integer(side - width + 1);
      const y = random.integer(side - height + 1);
      for (let row = y; row < y + height; row++) {
        for (let column = x; column < x + width; column++) pixels[row * side + column] = 1;
      }
      return [(x + width / 2) / side, (y + height / 2) / side, width / side, height / side];
    });
    images.push(pixels);
    objects.push({ classes: found, boxes });
  }
  const rows: TrainingRows = {
    lengths: new Int32Array(count).fill(1),
    feedsOf: (chosen) => ({
      pixel_values: {
        shape: [chosen.length, side, side, 1],
        data: Float32Array.from(Array.from(chosen, (row) => [...images[row]]).flat()),
      },
    }),
  };
  return { rows, objects };
}

function predictionsOf(objects: readonly ImageObjects[], outputs: Float32Array[]): BoxPredictions {
  const pixels = ([x, y, width, height]: number[]) =>
    [(x - width / 2) * side, (y - height / 2) * side, width * side, height * side] as const;
  return {
    kind: "boxes",
    rows: objects.length,
    labels: ["wide", "high"],
    truth: objects.map(({ classes, boxes }) =>
      Array.from(classes, (label, at) => ({
        label,
        box: pixels(Array.from(boxes).slice(4 * at, 4 * at + 4)),
      }))
    ),
    predicted: outputs.map((each) =>
      boxesOfQueries(each, sizes, { classLoss: "crossEntropy" }, { width: side, height: side })
    ),
  };
}

Deno.test("a detector learns to find rectangles", () =>
  inFolder(async (folder) => {
    const config = `${folder}/config.json`;
    const fields = { model_type: "toy_image", image_size: side, hidden_size: hiddenSize };
    await Deno.writeTextFile(config, JSON.stringify(fields));
    const random = Random.fromSeed(1, "weights");
    const weight = Float32Array.from(
      { length: hiddenSize * side * side },
      () => 0.3 * random.normal(),
    );
    const weights = `${folder}/model.safetensors`;
    await writeSafetensors(weights, [
      {
        name: "body.pixels.weight",
        dtype: "F32",
        shape: [hiddenSize, side * side],
        data: weight,
      },
      {
        name: "body.pixels.bias",
        dtype: "F32",
        shape: [hiddenSize],
        data: new Float32Array(hiddenSize),
      },
    ]);
    const model = await loadModel({
      reference: `file:${folder}`,
      config,
      weights,
      head: { name: "boxes", outputs: sizes.classes },
      families: [family],
      seed: 1,
    });
    const [learned, held] = [scenes(400, 1), scenes(60, 2)];
    const objective = detectionObjective({ ...sizes, objects: learned.objects });
    const trainable = { model, adapter: attachTo(model, full()), objective };
    const device = await openDevice("cpu");
    const { state, losses } = await train(trainable, learned.rows, {
      device,
      settings: trainSettings({ batchSize: 40, epochs: 60, learningRate: 0.01 }),
      fingerprint: { model: "toy" },
    });
    const predictor = await createPredictor(trainable, device, state);
    const outputs = await predictor.outputs({
      ...held.rows,
      lengths: held.rows.lengths as Int32Array,
    });
    await predictor.dispose();
    state.dispose();
    const score = meanAveragePrecision.at50.compute(predictionsOf(held.objects, outputs));
    assert.ok(losses.at(-1)! < 0.2 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
    assert.ok(score > 0.5, `mAP 50 is ${score}`);
  }));
