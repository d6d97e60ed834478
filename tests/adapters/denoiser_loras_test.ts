import assert from "node:assert/strict";
import { join } from "node:path";
import { loraFromFile, peft, peftFromFiles } from "../../lib/adapters/peft.ts";
import { readPeftFiles } from "../../lib/adapters/peft/files.ts";
import { type LoraFile, loraMetadataKey, readLoraFile } from "../../lib/adapters/peft/lora_file.ts";
import type { LoraNames } from "../../lib/adapters/peft/lora_names.ts";
import { checkLoraFile, writeLoraFile } from "../../lib/adapters/peft/write_lora_file.ts";
import { adalora } from "../../lib/adapters/adalora.ts";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo, openOn } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenPath, largestDifference, readGolden } from "../models/golden.ts";
import { goldenDenoiser, goldenDenoising } from "../models/golden_denoisers.ts";
import { goldenImageModel } from "../models/golden_images.ts";
import { weightedImages } from "../models/weighted_images.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;
const bases = ["unet", "dit", "captioned"];
const classes = 4;

/** How far the base with a method is from what Python computed with the golden LoRA. */
async function differenceOf(
  base: string,
  method: Method,
  what: "results" | "unscaled" = "results",
): Promise<number> {
  const model = await goldenDenoiser(base, classes);
  const { golden, batch } = await goldenDenoising(base);
  const expected = await readGolden(`denoisers/lora-${base}/expected.safetensors`);
  const adapter = await openOn(model, method);
  const trainable = { model, adapter, objective: weightedImages(model, golden.weights) };
  const { data } = await logitsOf(trainable, await openDevice("cpu"), batch);
  // Nothing would be shown by an adapter that does nothing.
  assert.ok(largestDifference(data, golden.results.data) > 0.1);
  return largestDifference(data, expected[what].data);
}

for (const base of bases) {
  const folder = goldenPath(`denoisers/lora-${base}`);
  const sources = {
    "a PEFT folder": folder,
    "diffusers' file": join(folder, "pytorch_lora_weights.safetensors"),
    "kohya's file": join(folder, "kohya.safetensors"),
  };
  for (const [name, source] of Object.entries(sources)) {
    Deno.test(`the LoRA of a ${base} in ${name} gives what PEFT gives`, async () => {
      const difference = await differenceOf(base, peft(source));
      assert.ok(difference < tolerance, `results differ by ${difference}`);
    });
  }

  Deno.test(`a ${base}'s LoRA without a config has a scale of 1, as in diffusers`, async () => {
    const { config: _, ...file } = await readLoraFile(sources["diffusers' file"]);
    const difference = await differenceOf(base, loraFromFile(file), "unscaled");
    assert.ok(difference < tolerance, `results differ by ${difference}`);
  });

  Deno.test(`a ${base}'s LoRA is written as diffusers and kohya write it`, () =>
    inFolder(async (written) => {
      const model = await goldenDenoiser(base, classes);
      const attached = attachTo(model, peftFromFiles(await readPeftFiles(folder)));
      const values = attached.initialWeights!;
      const names: LoraNames[] = ["diffusers", "kohya"];
      for (const each of names) {
        await writeLoraFile(join(written, each), { model, attached, values, names: each });
        const path = join(written, each, "pytorch_lora_weights.safetensors");
        using own = await openSafetensors(path);
        using theirs = await openSafetensors(
          sources[each === "kohya" ? "kohya's file" : "diffusers' file"],
        );
        assert.deepEqual([...own.tensors.keys()].sort(), [...theirs.tensors.keys()].sort());
        for (const [name, { shape }] of theirs.tensors) {
          assert.deepEqual(own.tensors.get(name)!.shape, shape);
          const [found, wanted] = [own, theirs].map((file) => file.readFloat32Sync(name));
          assert.ok(largestDifference(found, wanted) < 1e-6, name); // √2 · 3 is rounded twice
        }
        if (each === "diffusers") checkMetadata(own.metadata, theirs.metadata);
        const difference = await differenceOf(base, peft(join(written, each)));
        assert.ok(difference < tolerance, `results differ by ${difference}`);
      }
    }));
}

/** Every field of ours says what diffusers' says, whose config has more; PEFT refuses those that it does not know. */
function checkMetadata(
  own: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): void {
  assert.equal(own.format, "pt");
  const [found, wanted] = [own, theirs].map((each) => JSON.parse(each[loraMetadataKey]));
  assert.deepEqual(Object.keys(found), Object.keys(found).sort());
  for (const [field, value] of Object.entries(found)) {
    assert.deepEqual(value, wanted[field], field);
  }
}

/** A file of some tensors, each [2, 2] unless a shape is given. */
async function written(
  folder: string,
  names: Readonly<Record<string, readonly number[]>>,
  metadata: Record<string, string> = {},
): Promise<string> {
  const tensors = Object.entries(names).map(([name, shape]): TensorToWrite => ({
    name,
    dtype: "F32",
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1),
  }));
  const path = join(folder, "lora.safetensors");
  await writeSafetensors(path, tensors, metadata);
  return path;
}

Deno.test("names of diffusers before 0.22 are read, too", () =>
  inFolder(async (folder) => {
    const path = await written(folder, {
      "unet.down_blocks.1.attentions.0.processor.to_out_lora.down.weight": [2, 8],
      "unet.down_blocks.1.attentions.0.processor.to_out_lora.up.weight": [8, 2],
      "unet.down_blocks.1.attentions.0.processor.to_q_lora.down.weight": [2, 8],
      "unet.down_blocks.1.attentions.0.processor.to_q_lora.up.weight": [8, 2],
      "unet.conv_in.lora.down.weight": [2, 3, 3, 3],
      "unet.conv_in.lora.up.weight": [4, 2, 1, 1],
    });
    const attached = await openOn(await goldenDenoiser("unet", classes), peft(path));
    assert.deepEqual([...attached.targets!].sort(), [
      "conv_in",
      "down_blocks.1.attentions.0.to_out.0",
      "down_blocks.1.attentions.0.to_q",
    ]);
  }));

/** Tensors that cannot be read → what the error says of each. */
const wrongTensors: readonly [Record<string, readonly number[]>, RegExp[]][] = [
  [{}, [/it has no tensors/]],
  [
    { "unet.a.lora_A.weight": [2, 4], "unet.b.lora_B.weight": [4, 2], "unet.c": [1] },
    [/a lacks its B \(up\)/, /b lacks its A \(down\)/, /"unet\.c" is none of diffusers' names/],
  ],
  [
    { "unet.a.lora_A.weight": [2, 4], "unet.a.lora_B.weight": [4, 3] },
    [/a has A \[2, 4\] and B \[4, 3\], whose ranks differ/],
  ],
  [
    { "lora_te_a.lora_down.weight": [1], "lora_unet_b.hada_w1_a": [1], "lora_unet_c.d": [1] },
    [
      /lora_te_a.* is of a text encoder/,
      /hada_w1_a" is of another method/,
      /c\.d" is none of kohya/,
    ],
  ],
];

for (const [tensors, wrong] of wrongTensors) {
  Deno.test(`a LoRA's file is refused: ${Object.keys(tensors)}`, () =>
    inFolder(async (folder) => {
      const path = await written(folder, tensors);
      await assert.rejects(readLoraFile(path), (error: Error & { kind: string }) => {
        assert.equal(error.kind, "weights");
        for (const each of [/lora\.safetensors cannot be read as a LoRA/, ...wrong]) {
          assert.match(error.message, each);
        }
        return true;
      });
    }));
}

Deno.test("layers that the model has not are refused with the nearest names", async () => {
  const model = await goldenDenoiser("dit", classes);
  const tensor = { shape: [1, 12], data: new Float32Array(12) };
  const layers = new Map([
    ["transformer_blocks_0_attn1_to_qq", { a: tensor, b: { ...tensor, shape: [12, 1] } }],
    ["conv_in", { a: tensor, b: { ...tensor, shape: [12, 1] } }],
  ]);
  const file: LoraFile = { path: "style.safetensors", names: "kohya", layers };
  assert.throws(() => attachTo(model, loraFromFile(file)), {
    kind: "weights",
    message: /style\.safetensors has layers .*family dit.*\n.*to_qq.*attn1_to_q"[^]*conv_in/,
  });
});

Deno.test("a broken config in a LoRA's file is named", () =>
  inFolder(async (folder) => {
    const tensors = { "unet.a.lora_A.weight": [1, 1], "unet.a.lora_B.weight": [1, 1] };
    const path = await written(folder, tensors, { [loraMetadataKey]: "{" });
    await assert.rejects(readLoraFile(path), { kind: "weights", message: /metadata is not JSON/ });
  }));

Deno.test("what such files cannot hold is refused before anything is trained", async () => {
  const model = await goldenDenoiser("unet", classes);
  const refused = (method: Method, names: LoraNames, message: RegExp, on = model) =>
    assert.throws(() => checkLoraFile(on, attachTo(on, method), names), {
      kind: "unsupported",
      message,
    });
  checkLoraFile(model, attachTo(model, lora({ dora: true })), "diffusers");
  refused(lora({ dora: true }), "kohya", /^kohya's files of LoRA have no DoRA; deploy adapter/);
  refused(
    adalora(),
    "diffusers",
    /^diffusers' files of LoRA hold nothing but LoRA, but the method trains .*lora_E/,
  );
  refused(bitfit(), "diffusers", /hold nothing but LoRA/);
  const vit = await goldenImageModel("vit", "classification");
  refused(lora(), "diffusers", /are for denoisers, but vit models are none/, vit);
  const others = await goldenDenoiser("unet", 7);
  refused(lora(), "kohya", /the run also trains class_embedding\.weight/, others);
});

Deno.test("LoRA of a denoiser that starts as PiSSA is written with twice the rank", () =>
  inFolder(async (folder) => {
    const model = await goldenDenoiser("dit", classes);
    const attached = attachTo(model, lora({ rank: 2, start: "pissa", targets: ["to_q"] }));
    const { golden, batch } = await goldenDenoising("dit");
    const objective = weightedImages(model, golden.weights);
    const values = initialParameters({ model, adapter: attached, objective }, 1);
    await writeLoraFile(folder, { model, attached, values, names: "kohya" });
    const file = await readLoraFile(join(folder, "pytorch_lora_weights.safetensors"));
    assert.deepEqual([...file.layers.values()].map(({ a }) => a.shape[0]), [4, 4]);
    const adapter = await openOn(model, peft(folder));
    const found = await logitsOf({ model, adapter, objective }, await openDevice("cpu"), batch);
    assert.ok(largestDifference(found.data, golden.results.data) < tolerance);
  }));
