import assert from "node:assert/strict";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { openDevice, sizeOf } from "../../lib/engine/mod.ts";
import { countFrozenLayers } from "../../lib/nn/frozen_layers.ts";
import { layersBelowHead } from "../../lib/nn/layer_depth.ts";
import { withImageSize } from "../../lib/nn/image_size.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { methodMapOf } from "../../lib/nn/method_map.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { cacheHidden } from "../../lib/train/hidden_cache.ts";
import type { GradientOptions } from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";
import { goldenModel, type GoldenTensors, largestDifference, readGolden } from "./golden.ts";
import { goldenImageModel, sized } from "./golden_images.ts";
import { weightedImages } from "./weighted_images.ts";

/** Of a gradient; both ways compute in float32. */
const tolerance = 1e-5;
const device = await openDevice("cpu");

async function trainableWith(
  method: Method,
  name = "vit",
  head = "classification",
): Promise<TrainableModel> {
  const golden = await readGolden(`vision/${name}/expected.safetensors`);
  const model = sized(await goldenImageModel(name, head), golden.pixel_values);
  return {
    model,
    adapter: attachTo(model, method),
    objective: weightedImages(model, golden.weights),
  };
}

async function gradientsOf(
  trainable: TrainableModel,
  batch: GoldenTensors,
  options: GradientOptions = {},
): Promise<Map<string, Float32Array>> {
  const run = await gradientRun(trainable, device, batch, options);
  try {
    return await run.gradientsAt(initialParameters(trainable, 1));
  } finally {
    await run.dispose();
  }
}

function assertSame(
  found: ReadonlyMap<string, Float32Array>,
  wanted: ReadonlyMap<string, Float32Array>,
): void {
  assert.deepEqual([...found.keys()], [...wanted.keys()]);
  for (const [path, numbers] of wanted) {
    const difference = largestDifference(found.get(path)!, numbers);
    assert.ok(difference < tolerance, `${path} differs by ${difference}`);
  }
}

const { pixel_values } = await readGolden("vision/vit/expected.safetensors");

for (
  const [name, method] of Object.entries({ full: full(), LoRA: lora({ rank: 2, start: "zero" }) })
) {
  Deno.test(`checkpointing changes no gradient of a ViT with ${name}`, async () => {
    const trainable = await trainableWith(method);
    assertSame(
      await gradientsOf(trainable, { pixel_values }, { gradientCheckpointing: true }),
      await gradientsOf(trainable, { pixel_values }),
    );
  });
}

const upper = lora({ rank: 2, targets: "encoder\\.layer\\.1\\..*query" });
const frozenCases: readonly [name: string, method: Method, frozenLayers: number, head?: string][] =
  [
    ["vit", head(), 2],
    ["vit", upper, 1],
    ["vit", lora({ rank: 2 }), 0],
    ["resnet", head(), 1],
    ["resnet", lora({ rank: 2 }), 0],
    ["resnet", full(), 0],
    ["segformer", head(), 1, "masks"],
    ["yolos", head(), 2, "boxes"],
    ["yolos", upper, 1, "boxes"],
    ["detr", head(), 1, "boxes"],
  ];

for (const [name, method, frozenLayers, headName] of frozenCases) {
  Deno.test(`${method.method} on ${name} freezes ${frozenLayers} layers, which run once`, async () => {
    const golden = await readGolden(`vision/${name}/expected.safetensors`);
    const trainable = await trainableWith(method, name, headName);
    assert.equal(countFrozenLayers(trainable), frozenLayers);
    if (frozenLayers === 0) return;
    const { pixel_values } = golden;
    const [images, ...shape] = pixel_values.shape;
    const size = pixel_values.data.length / images;
    const rows = {
      lengths: new Int32Array(images).fill(trainable.model.config.maxTokens),
      feedsOf: (chosen: ArrayLike<number>) => ({
        pixel_values: {
          shape: [chosen.length, ...shape],
          data: Float32Array.from(
            Array.from(chosen, (at) => [...pixel_values.data.slice(at * size, (at + 1) * size)])
              .flat(),
          ),
        },
      }),
    };
    await using cached = await cacheHidden(trainable, rows, device, {
      frozenLayers,
      settings: { seed: 1, epochs: 2 },
    });
    const feeds = cached.feedsOf([0, 1]) as GoldenTensors;
    assertSame(
      await gradientsOf(trainable, feeds, { fromHidden: true }),
      await gradientsOf(trainable, { pixel_values }),
    );
  });
}

Deno.test("methods act on a ViT, or say that they cannot", async () => {
  for (
    const method of [
      bitfit(),
      ia3({ targets: ["key", "value"], feedForward: [] }),
      lora({ rank: 2, dora: true }),
    ]
  ) {
    const gradients = await gradientsOf(await trainableWith(method), { pixel_values });
    assert.ok([...gradients.values()].some((each) => each.some((number) => number !== 0)));
  }
  for (const method of [promptTuning({ tokens: 2 }), prefixTuning({ tokens: 2 })]) {
    await assert.rejects(trainableWith(method), /take no text/);
  }
  const convolutions = await goldenImageModel("resnet", "classification");
  assert.throws(() => attachTo(convolutions, prefixTuning()), /no stack of blocks/);
});

Deno.test("a ViT's tensors lie in layers", async () => {
  const model = await goldenImageModel("vit", "classification");
  const depth = (path: string) => layersBelowHead(model, path);
  assert.equal(depth("classifier.weight"), 0);
  assert.equal(depth("layernorm.weight"), 0);
  assert.equal(depth("encoder.layer.1.intermediate.dense.weight"), 1);
  assert.equal(depth("embeddings.position_embeddings"), 3);
});

Deno.test("a model takes images of another size where a patch fits", async () => {
  const model = await goldenImageModel("vit", "classification");
  assert.deepEqual(withImageSize(model, [16, 13]).config.maxTokens, 1 + 4 * 3);
  assert.throws(
    () => withImageSize(model, [16, 3]),
    /images of 16 × 3 pixels are smaller than one patch/,
  );
  const text = await goldenModel("bert");
  assert.throws(() => withImageSize(text, [16, 16]), /bert models take no images/);
});

Deno.test("the places of a method on image models have all trained numbers", async () => {
  for (
    const [name, method] of [["vit", lora({ rank: 2 })], ["resnet", full()], [
      "segformer-classes",
      lora({ rank: 2 }),
    ]] as const
  ) {
    const trainable = await trainableWith(method, name);
    const trained = trainedTensors(trainable.model, trainable.adapter)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const { rows } = methodMapOf(trainable, method.method);
    const found = rows.flatMap(({ places }) => places)
      .reduce((sum, { own, added }) => sum + own + added, 0);
    assert.equal(found, trained, name);
  }
});
