import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { type HostTensor, openDevice } from "../../lib/engine/mod.ts";
import { attachTo, modelWeights } from "../../lib/nn/model.ts";
import { withImageSize } from "../../lib/nn/image_size.ts";
import { familyOf } from "../../lib/models/mod.ts";
import { checkRun } from "../nn/check_gradients.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun, logitsOf, logitsRun } from "../nn/run_trainable_model.ts";
import { largestDifference } from "./golden.ts";
import { goldenDenoiser, goldenDenoising } from "./golden_denoisers.ts";
import { weightedImages } from "./weighted_images.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

/** The golden models, their classes, and the devices that they are tried on. */
const models: readonly [name: string, classes: number, devices: readonly string[]][] = [
  ["dit", 4, ["cpu", "tfjs:cpu"]],
  ["dit-plain", 4, ["cpu"]],
  ["unet", 4, ["cpu", "tfjs:cpu"]],
  ["unet-adm", 300, ["cpu", "tfjs:cpu"]],
  ["unet-plain", 0, ["cpu"]],
  ["unet-fourier", 0, ["cpu"]],
  ["unet-short", 0, ["cpu"]],
  ["captioned", 0, ["cpu", "tfjs:cpu"]],
  ["captioned-linear", 0, ["cpu"]],
];

async function trainableOf(name: string, classes: number) {
  const { golden, batch } = await goldenDenoising(name);
  const model = await goldenDenoiser(name, classes);
  const objective = weightedImages(model, golden.weights);
  return { golden, trainable: { model, adapter: attachTo(model, full()), objective }, batch };
}

for (const [name, classes, devices] of models) {
  for (const device of devices) {
    Deno.test(`${name} gives what diffusers gives, on ${device}`, async () => {
      const { golden, trainable, batch } = await trainableOf(name, classes);
      assert.deepEqual(trainable.model.fresh, []);
      assert.deepEqual(trainable.model.head, []);
      const found = await logitsOf(trainable, await openDevice(device), batch);
      assert.deepEqual(found.shape, golden.results.shape);
      const difference = largestDifference(found.data, golden.results.data);
      assert.ok(difference < tolerance, `results differ by ${difference}`);
    });
  }

  // The files of the others are small, without gradients.
  if (!["dit", "dit-plain", "unet", "captioned"].includes(name)) continue;
  Deno.test(`${name} has PyTorch's gradients`, async () => {
    const { golden, trainable, batch } = await trainableOf(name, classes);
    const run = await gradientRun(trainable, await openDevice("cpu"), batch);
    const start = initialParameters(trainable, 1);
    const loss = await run.lossAt(start);
    const gradients = await run.gradientsAt(start);
    await run.dispose();
    assert.ok(Math.abs(loss - Number(golden.loss.data[0])) < tolerance, `the loss is ${loss}`);
    const found = modelWeights(trainable.model).map(({ path }) => {
      const { data } = golden[`gradient.${path}`];
      const difference = largestDifference(gradients.get(path)!, data);
      const size = Math.max(1, largestDifference(data, new Float32Array(data.length)));
      assert.ok(difference < tolerance * size, `${path} differs by ${difference} of ${size}`);
      return `gradient.${path}`;
    });
    const all = Object.keys(golden).filter((key) => key.startsWith("gradient."));
    assert.deepEqual(found.sort(), all.sort());
  });
}

Deno.test("other classes than the checkpoint's make new tables, which are trained", async () => {
  const model = await goldenDenoiser("dit", 7);
  const tables = [0, 1].map((layer) =>
    `transformer_blocks.${layer}.norm1.emb.class_embedder.embedding_table`
  );
  assert.deepEqual(model.fresh, tables);
  assert.deepEqual(model.head, tables);
});

Deno.test("a UNet that resamples in its residual blocks has the gradients of finite differences", async () => {
  const { trainable, batch } = await trainableOf("unet-adm", 300);
  const run = await gradientRun(trainable, await openDevice("cpu"), batch);
  const found = await checkRun(run, initialParameters(trainable, 1), {
    // One of each kind, of a block that halves and one that doubles.
    only: (path) =>
      /^(?:(?:down_blocks\.0|up_blocks\.1)\..*samplers.*(?:norm1|time_emb_proj)|class_.*_1)\.weight$/
        .test(path),
  });
  assert.equal(found.length, 5);
});

Deno.test("one compiled program serves batches of any size", async () => {
  for (const [name, classes] of models) {
    const { golden, trainable, batch } = await trainableOf(name, classes);
    await using run = await logitsRun(trainable, await openDevice("cpu"));
    const pick = ({ shape: [images, ...shape], data }: HostTensor, image: number) => ({
      shape: [1, ...shape],
      data: data.slice(image * data.length / images, (image + 1) * data.length / images),
    });
    const one = Object.fromEntries(
      Object.entries(batch).map(([key, tensor]) => [key, pick(tensor, 1)]),
    );
    const found = await run.logitsOf(one, initialParameters(trainable, 1));
    const difference = largestDifference(found.data, pick(golden.results, 1).data);
    assert.ok(difference < tolerance, `${name}'s results differ by ${difference}`);
  }
});

Deno.test("a UNet without attention has LoRA on its convolutions", async () => {
  const model = await goldenDenoiser("unet-short", 0);
  const attached = attachTo(model, lora({ rank: 2 }));
  assert.ok(attached.targets!.every((path) => /\.conv[12]$/.test(path)));
});

Deno.test("a UNet takes other sizes, but none that cannot be halved", async () => {
  const { trainable, batch, golden } = await trainableOf("unet-short", 0);
  const device = await openDevice("cpu");
  const at = async (size: number) => {
    const model = withImageSize(trainable.model, [size, size]);
    const objective = weightedImages(model, {
      shape: [1, 3, size, size],
      data: golden.weights.data,
    });
    const sample = { shape: [1, 3, size, size], data: new Float32Array(3 * size * size).fill(0.5) };
    const timestep = { shape: [1], data: batch.timestep.data.slice(0, 1) };
    return await logitsOf({ ...trainable, model, objective }, device, { sample, timestep });
  };
  assert.deepEqual((await at(4)).shape, [1, 3, 4, 4]);
  await assert.rejects(at(5), /multiples of 2, not 5 × 5/);
});

/** Fields that are wrong → what the error says of each. */
const wrongConfigs: readonly [Record<string, unknown>, RegExp[]][] = [
  [{}, [/sample_size is missing/]],
  [{ sample_size: 20 }, [/sample_size is 20, but must be a multiple of 8/]],
  [{ sample_size: 8, time_embedding_type: "learned" }, [/time_embedding_type is "learned"/]],
  [
    { sample_size: 8, down_block_types: ["SkipDownBlock2D"], block_out_channels: [32] },
    [/down_block_types is \["SkipDownBlock2D"\]/, /up_block_types is missing/],
  ],
  [
    { sample_size: 8, norm_num_groups: 5, attention_head_dim: 100 },
    [/norm_num_groups \(5\) does not divide/, /attention_head_dim \(100\) does not divide/],
  ],
  [
    { sample_size: 8, class_embed_type: "identity", resnet_time_scale_shift: "spatial" },
    [/class_embed_type is "identity"/, /resnet_time_scale_shift is "spatial"/],
  ],
  [
    { sample_size: 8, downsample_padding: 2, freq_shift: 500, mid_block_type: "Other" },
    [/downsample_padding is 2/, /freq_shift is 500/, /mid_block_type is "Other"/],
  ],
];

Deno.test("a config of a UNet that reads captions is refused with all that is not computed", () => {
  const json = {
    sample_size: 9,
    block_out_channels: [32, 64],
    down_block_types: ["SimpleCrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "UpBlock2D"],
    attention_head_dim: [3, 5],
    layers_per_block: [1, 2],
    addition_embed_type: "text_time",
    dual_cross_attention: true,
    conv_in_kernel: 1,
  };
  assert.throws(() => familyOf("unet2d_condition").readConfig(json), (error: Error) => {
    for (
      const each of [
        /sample_size is 9, but must be a multiple of 2/,
        /down_block_types is/,
        /attention_head_dim \(5\) does not divide block_out_channels \(64\)/,
        /layers_per_block is \[1,2\], but must be the same in every level/,
        /addition_embed_type is "text_time", but must be null/,
        /dual_cross_attention is true, but must be false/,
        /conv_in_kernel is 1/,
      ]
    ) assert.match(error.message, each);
    return true;
  });
});

for (const [json, wrong] of wrongConfigs) {
  Deno.test(`a UNet's config is refused: ${JSON.stringify(json)}`, () => {
    assert.throws(() => familyOf("unet2d").readConfig(json), (error: Error) => {
      for (const each of wrong) assert.match(error.message, each);
      return true;
    });
  });
}
