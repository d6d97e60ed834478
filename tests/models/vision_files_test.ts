import assert from "node:assert/strict";
import { loadModel } from "../../lib/models/load_model.ts";
import { familyOf } from "../../lib/models/mod.ts";
import { weightsOf } from "../../lib/nn/layer.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenPath } from "./golden.ts";
import { goldenImageModel } from "./golden_images.ts";

/** A golden model's file with other names, in a folder beside its config or another. */
async function renamed(
  name: string,
  folder: string,
  nameOf: (name: string) => string,
  config?: (json: Record<string, unknown>) => Record<string, unknown>,
): Promise<{ config: string; weights: string }> {
  using file = await openSafetensors(goldenPath(`vision/${name}/model.safetensors`));
  const tensors = await Promise.all(
    [...file.tensors].filter(([, { dtype }]) => dtype === "F32").map(async (
      [name, { shape }],
    ) => ({
      name: nameOf(name),
      dtype: "F32" as const,
      shape,
      data: await file.readFloat32(name),
    })),
  );
  await writeSafetensors(`${folder}/model.safetensors`, tensors);
  const json = JSON.parse(await Deno.readTextFile(goldenPath(`vision/${name}/config.json`)));
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config?.(json) ?? json));
  return { config: `${folder}/config.json`, weights: `${folder}/model.safetensors` };
}

Deno.test("a DETR's trunk is read by timm's names, too", () =>
  inFolder(async (folder) => {
    const files = await renamed("detr", folder, (name) =>
      name
        .replace("embedder.embedder.convolution", "conv1")
        .replace("embedder.embedder.normalization", "bn1")
        .replace(/encoder\.stages\.(\d)\.layers/, (_, at) => `layer${Number(at) + 1}`)
        .replace(/layer\.(\d)\.convolution/, (_, at) => `conv${Number(at) + 1}`)
        .replace(/layer\.(\d)\.normalization/, (_, at) => `bn${Number(at) + 1}`)
        .replace("shortcut.convolution", "downsample.0")
        .replace("shortcut.normalization", "downsample.1"));
    using file = await openSafetensors(files.weights);
    assert.ok(file.tensors.has("model.backbone.conv_encoder.model.layer1.0.conv2.weight"));
    const head = { name: "boxes", outputs: 3 };
    const model = await loadModel({ reference: folder, ...files, head, seed: 1 });
    const usual = await goldenImageModel("detr", "boxes");
    for (const { path } of model.layers.flatMap(weightsOf)) {
      assert.deepEqual(model.weights.get(path), usual.weights.get(path), path);
    }
  }));

Deno.test("a DETR whose trunk is named by timm is written with its sizes", () => {
  const { readConfig, writtenFields } = familyOf("detr");
  const json = {
    encoder_layers: 1,
    decoder_layers: 1,
    backbone: "resnet18",
    use_timm_backbone: true,
  };
  const config = readConfig(json);
  const written = { ...json, ...writtenFields!(config) };
  assert.equal(written.use_timm_backbone, false);
  assert.deepEqual(readConfig({ ...written, backbone: null }), config);
});

const heads = [
  ["segformer", "masks", ["decode_head.classifier"]],
  ["yolos", "boxes", ["class_labels_classifier.layers.2"]],
  ["detr", "boxes", ["class_labels_classifier"]],
  ["vit", "classification", ["classifier"]],
] as const;

for (const [name, head, fresh] of heads) {
  Deno.test(`with other classes, ${name} makes anew what has a row for each class`, async () => {
    const folder = goldenPath(`vision/${name}`);
    const model = await loadModel({
      reference: folder,
      config: `${folder}/config.json`,
      weights: `${folder}/model.safetensors`,
      head: { name: head, outputs: 5 },
      seed: 1,
    });
    assert.deepEqual(model.fresh, fresh);
    assert.ok(fresh.every((path) => model.head.includes(path)));
    const usual = await goldenImageModel(name, head);
    const kept = model.head.filter((path) => !model.fresh!.includes(path));
    for (const path of kept) {
      const own = `${path}.weight`;
      assert.deepEqual(model.weights.get(own), usual.weights.get(own), own);
    }
  });
}

/** Fields that are wrong → what the error says of each. */
const configs: readonly [modelType: string, json: Record<string, unknown>, wrong: RegExp[]][] = [
  ["vit", { hidden_size: 10, num_attention_heads: 3, image_size: [8], hidden_act: "gelo" }, [
    /image_size is \[8\], but must be a whole number above 0 or a list of two/,
    /num_attention_heads \(3\) does not divide hidden_size \(10\)/,
    /hidden_act is "gelo".*did you mean "gelu"/,
    /num_hidden_layers is missing/,
  ]],
  ["vit", { num_hidden_layers: 1, image_size: 8, patch_size: 16 }, [
    /patch_size is 16.*at most image_size/,
  ]],
  ["resnet", { hidden_sizes: [8, 16], depths: [1], layer_type: "wide" }, [
    /depths is \[1\], but must be a list of 2 whole numbers/,
    /layer_type is "wide"/,
  ]],
  ["convnext", { hidden_sizes: [8], depths: [2], num_stages: 4 }, [
    /num_stages is 4, but must be 1/,
  ]],
  ["mobilenet_v2", { depth_multiplier: -1 }, [/depth_multiplier is -1/]],
  ["segformer", { hidden_sizes: [6, 8], depths: [1, 1] }, [/sr_ratios is missing.*list of 2/]],
  ["yolos", { num_detection_tokens: 0 }, [/num_detection_tokens is 0/]],
  ["detr", { encoder_layers: 1, decoder_layers: 1, backbone: "swin_tiny" }, [/swin_tiny.*ResNets/]],
  ["detr", { encoder_layers: 1, decoder_layers: 1, position_embedding_type: "learned" }, [
    /position_embedding_type is "learned"/,
  ]],
];

for (const [modelType, json, wrong] of configs) {
  Deno.test(`a config of ${modelType} that is wrong is refused: ${Object.keys(json)}`, () => {
    assert.throws(() => familyOf(modelType).readConfig(json), (error: Error) => {
      for (const each of wrong) assert.match(error.message, each);
      return true;
    });
  });
}
