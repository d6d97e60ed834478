import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice, sizeOf } from "../../lib/engine/mod.ts";
import { attachTo, modelHead } from "../../lib/nn/model.ts";
import { resultShape } from "../../lib/nn/result_shape.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { checkRun } from "../nn/check_gradients.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import { readGolden } from "./golden.ts";
import { goldenImageModel, sized } from "./golden_images.ts";
import { weightedImages } from "./weighted_images.ts";

const classes = 2;
/** Their logits and a box. */
const numbers = classes + 4;
/** The cells of images of the golden files, a fourth of their height and width. */
const cases = [
  ["resnet", [8, 12]],
  ["convnext", [4, 6]],
  ["segformer", [8, 12]],
  ["mobilenet_v2", [9, 10]],
] as const;

for (const [name, size] of cases) {
  Deno.test(`a head on ${name} says of each cell what lies in it`, async () => {
    const { pixel_values } = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, "boxes", classes), pixel_values);
    assert.ok(model.fresh!.includes("cell_head.smooth"));
    const shape = [numbers, ...size];
    const own = modelHead(model);
    assert.ok(own.reads === "maps");
    assert.deepEqual(own.mapSize?.(model.config), size);
    assert.deepEqual(resultShape(model), shape);
    const random = Random.fromSeed(1, "weights");
    const [images] = pixel_values.shape;
    const weights = {
      shape: [images, ...shape],
      data: Float32Array.from({ length: images * sizeOf(shape) }, () => random.normal() / 10),
    };
    const objective = weightedImages(model, weights);
    const adapter = attachTo(model, full({ batchNorm: "running" }));
    const trainable = { model, adapter, objective };
    const found = await logitsOf(trainable, await openDevice("cpu"), { pixel_values });
    assert.deepEqual(found.shape, weights.shape);
    const run = await gradientRun(trainable, await openDevice("cpu"), { pixel_values });
    const paths = await checkRun(run, initialParameters(trainable, 1), {
      only: (path) => path.startsWith("cell_head.predict"),
    });
    assert.deepEqual(paths, ["cell_head.predict.weight", "cell_head.predict.bias"]);
  });
}
