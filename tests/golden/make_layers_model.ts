/**
 * A layers model of tensorflow.js with random weights and what it gives, in graphs/layers/. Made with
 * tfjs-layers 4.22.0 on 2026-11-29: deno run -A --no-lock tests/golden/make_layers_model.ts
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { fileURLToPath } from "node:url";

// Named at run time, so that the project does not depend on it.
const layers = await import(["npm:@tensorflow", "tfjs-layers@4.22.0"].join("/"));

const folder = fileURLToPath(new URL("./graphs/layers", import.meta.url));
await Deno.mkdir(folder, { recursive: true });
await tf.setBackend("cpu");
const l = layers.layers;
const image = layers.input({ shape: [16, 20, 3], name: "image" });
// deno-lint-ignore no-explicit-any
const through = (x: any, ...all: any[]) => all.reduce((x, layer) => layer.apply(x), x);
const trunk = through(
  image,
  l.conv2d({
    name: "stem",
    filters: 8,
    kernelSize: 3,
    strides: 2,
    padding: "same",
    activation: "relu",
  }),
  l.batchNormalization({ name: "stem_bn" }),
  l.depthwiseConv2d({
    name: "deep",
    kernelSize: 3,
    depthMultiplier: 2,
    padding: "same",
    useBias: false,
  }),
  l.leakyReLU({ name: "leaky", alpha: 0.1 }),
  l.zeroPadding2d({ name: "around", padding: [[1, 0], [2, 1]] }),
  l.separableConv2d({ name: "apart", filters: 8, kernelSize: 3, padding: "valid" }),
  l.prelu({ name: "slopes", sharedAxes: [1, 2] }),
);
const left = through(trunk, l.maxPooling2d({ name: "max", poolSize: 2 }));
const right = through(
  trunk,
  l.averagePooling2d({ name: "mean", poolSize: 3, strides: 2, padding: "same" }),
  l.activation({ name: "elu", activation: "elu" }),
);
const crop = through(right, l.conv2d({ name: "fit", filters: 8, kernelSize: [2, 2] }));
const sum = l.add({ name: "sum" }).apply(
  [left, crop].map((x, i) =>
    through(x, l.conv2d({ name: `one${i}`, filters: 8, kernelSize: 1, activation: "relu6" }))
  ),
);
const wide = through(
  sum,
  l.upSampling2d({ name: "up", size: [2, 2] }),
  l.reLU({ name: "six", maxValue: 6 }),
);
const joined = l.concatenate({ name: "joined" }).apply([
  wide,
  through(wide, l.dropout({ name: "drop", rate: 0.5 })),
]);
const pooled = through(
  joined,
  l.globalAveragePooling2d({ name: "pool" }),
  l.dense({ name: "inner", units: 6, activation: "tanh" }),
);
const flat = through(sum, l.flatten({ name: "flat" }), l.dense({ name: "flat_inner", units: 6 }));
const out = through(
  l.multiply({ name: "times" }).apply([pooled, flat]),
  l.dense({ name: "classes", units: 4 }),
  l.softmax({ name: "shares" }),
);
const model = layers.model({ inputs: image, outputs: out });
let seed = 1;
const random = () => (seed = seed * 16807 % 2147483647) / 2147483647 - 0.5;
model.setWeights(
  model.getWeights().map((each: tf.Tensor, at: number) => {
    const name = model.weights[at].name;
    const shift = /variance|gamma/.test(name) ? 1 : 0;
    return tf.tensor(Float32Array.from({ length: each.size }, () => random() + shift), each.shape);
  }),
);
const pixels = Float32Array.from({ length: 2 * 16 * 20 * 3 }, () => 2 * random());
const result = model.predict(tf.tensor(pixels, [2, 16, 20, 3])) as tf.Tensor;
await model.save({
  async save({ modelTopology, weightSpecs, weightData }: tf.io.ModelArtifacts) {
    const bytes = new Uint8Array(weightData as ArrayBuffer);
    await Deno.writeFile(`${folder}/weights.bin`, bytes);
    const json = {
      format: "layers-model",
      modelTopology,
      weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
    };
    await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify(json));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  },
});
await Deno.writeTextFile(
  `${folder}/expected.json`,
  JSON.stringify({ image: [...pixels], result: [...await result.data()] }),
);
