import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { heatMaps, type MapMethod } from "../../../lib/evaluate/explain/heat_maps.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { parameters, type TrainableModel } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath, largestDifference, readGolden } from "../../models/golden.ts";
import { goldenImageModel, sized } from "../../models/golden_images.ts";
import { weightedImages } from "../../models/weighted_images.ts";

interface Golden {
  /** [images][classes][height][width] */
  readonly gradCam: Readonly<Record<string, number[][][][]>>;
  /** [images][patches] */
  readonly attentionRollout: Readonly<Record<string, number[][]>>;
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("explanations.json")));
/** Both sides compute in float32; a share of the largest number of a model's maps. */
const tolerance = 1e-4;
const outputs = 3;

/** A golden model and its images. */
async function opened(name: string, adapts: boolean) {
  const { pixel_values, weights } = await readGolden(`vision/${name}/expected.safetensors`);
  const model = sized(await goldenImageModel(name, "classification"), pixel_values);
  const adapter = adapts ? attachTo(model, full({ batchNorm: "running" })) : noAdapter;
  const trainable: TrainableModel = {
    model: adapts ? model : { ...model, head: [] },
    adapter,
    objective: weightedImages(model, weights),
  };
  const size = pixel_values.data.length / pixel_values.shape[0];
  const feedsOf = (rows: ArrayLike<number>) => ({
    pixel_values: {
      shape: [rows.length, ...pixel_values.shape.slice(1)],
      data: Float32Array.from(
        Array.from(rows, (row) => {
          const image = Math.floor(row / outputs);
          return [...pixel_values.data.slice(image * size, (image + 1) * size)];
        }).flat(),
      ),
    },
  });
  return { trainable, feedsOf, images: pixel_values.shape[0] };
}

/** The maps of every class of every image. */
async function mapsOf(name: string, method: MapMethod, deviceName: string, adapts = false) {
  const { trainable, feedsOf, images } = await opened(name, adapts);
  const device = await openDevice(deviceName);
  const state = adapts
    ? device.createState(trainedTensors(trainable.model, trainable.adapter), [parameters])
    : undefined;
  await state?.write(parameters, initialParameters(trainable, 1));
  const wanted = Array.from({ length: images * outputs }, (_, at) => at % outputs);
  const maps = await heatMaps(trainable, { method, outputs: wanted, feedsOf, device, state });
  state?.dispose();
  return maps;
}

for (const [name, images] of Object.entries(golden.gradCam)) {
  for (const device of name === "resnet" ? ["cpu", "tfjs:cpu"] : ["cpu"]) {
    Deno.test(`gradCam of ${name} is PyTorch's for every class, on ${device}`, async () => {
      const maps = await mapsOf(name, "gradCam", device);
      const wanted = images.flat();
      assert.equal(maps.length, wanted.length);
      const most = Math.max(...wanted.flat(2));
      assert.ok(most > 0);
      maps.forEach(({ width, height, data }, at) => {
        assert.deepEqual([height, width], [wanted[at].length, wanted[at][0].length]);
        const difference = largestDifference(data, wanted[at].flat()) / most;
        assert.ok(difference < tolerance, `map ${at} differs by ${difference}`);
      });
    });
  }
}

for (const [name, images] of Object.entries(golden.attentionRollout)) {
  for (const device of name === "vit" ? ["cpu", "tfjs:cpu"] : ["cpu"]) {
    Deno.test(`attentionRollout of ${name} is that of transformers' attentions, on ${device}`, async () => {
      const maps = await mapsOf(name, "attentionRollout", device);
      maps.forEach(({ width, height, data }, at) => {
        assert.deepEqual([height, width], [2, name === "deit" ? 3 : 2]);
        const difference = largestDifference(data, images[Math.floor(at / outputs)]);
        assert.ok(difference < tolerance, `map ${at} differs by ${difference}`);
      });
    });
  }
}

Deno.test("trained weights are explained, not those of the file", async () => {
  const [plain] = await mapsOf("convnext", "gradCam", "cpu");
  const [trained] = await mapsOf("convnext", "gradCam", "cpu", true);
  assert.ok(largestDifference(plain.data, trained.data) < tolerance);
  const { trainable, feedsOf } = await opened("convnext", true);
  const device = await openDevice("cpu");
  const state = device.createState(
    trainedTensors(trainable.model, trainable.adapter),
    [parameters],
  );
  const values = initialParameters(trainable, 1);
  values.set("classifier.weight", values.get("classifier.weight")!.map((each) => 2 * each));
  await state.write(parameters, values);
  const [doubled] = await heatMaps(trainable, {
    method: "gradCam",
    outputs: [0],
    feedsOf,
    device,
    state,
  });
  state.dispose();
  const twice = plain.data.map((each) => 2 * each);
  assert.ok(largestDifference(doubled.data, twice) < tolerance);
});

Deno.test("a method is refused by models that it cannot explain, with the other one", async () => {
  await assert.rejects(
    mapsOf("vit", "gradCam", "cpu"),
    isMistake("unsupported", /vit models pool none; take attentionRollout\(\)/),
  );
  await assert.rejects(
    mapsOf("resnet", "attentionRollout", "cpu"),
    isMistake("unsupported", /resnet models are none; take gradCam\(\)/),
  );
});
