/**
 * Models of graphs, what they give before any training, and what tensorflow.js' own executor gives.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { dirname, join } from "node:path";
import { packageFolder } from "../../../lib/core/package_folder.ts";
import {
  type HostTensor,
  type InputSpec,
  openDevice,
  type Program,
} from "../../../lib/engine/mod.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import { createNet } from "../../../lib/nn/create_net.ts";
import { weightsOf } from "../../../lib/nn/layer.ts";
import type { Model } from "../../../lib/nn/model.ts";
import type { HeadRequest } from "../../../lib/nn/task_head.ts";
import { resolveModel } from "../../../lib/weights/resolve_model.ts";

/** A graph with a new head. */
export async function graphModel(
  reference: string,
  head: HeadRequest = { name: "classification", outputs: 2 },
): Promise<Model> {
  const { config, weights, graph } = await resolveModel(reference);
  return await loadModel({ reference, config, weights, graph, head, seed: 1 });
}

/** What the graph gives where its head begins, for images [batch, channels, height, width]. */
export async function graphFeatures(
  model: Model,
  pixels: HostTensor,
  deviceName = "cpu",
): Promise<HostTensor> {
  const body = model.family.layers(model.config).flatMap(weightsOf);
  const program: Program = {
    name: "features",
    inputs: {
      ...model.family.inputs!(model.config),
      ...Object.fromEntries(body.map(({ path, shape }): [string, InputSpec] => [
        path,
        { role: "frozen", type: "float32", shape },
      ])),
    },
    compute({ pixel_values, ...tensors }) {
      const net = createNet({ tensor: (path) => tensors[path] });
      const found = model.family.features!(net, model.config, { pixel_values });
      return { features: found.maps?.[0] ?? found.tokens ?? found.pooled! };
    },
  };
  const device = await openDevice(deviceName);
  const compiled = await device.compile(program, { frozen: (name) => model.weights.get(name)! });
  const { features } = await compiled.run({ pixel_values: pixels });
  const copy = { shape: features.shape, data: features.data.slice() };
  await compiled.dispose();
  return copy;
}

/** Numbers like those of normalised images, the same each time. */
export function somePixels(shape: readonly number[], scale = 1): HostTensor {
  const count = shape.reduce((all, size) => all * size, 1);
  const wave = (i: number) => scale * (Math.sin(i * 0.37) + Math.cos(i * 0.011)) / 2;
  return { shape, data: Float32Array.from({ length: count }, (_, i) => wave(i)) };
}

/** The path of a file in an npm package. */
export function packageFile(name: string, file: string): string {
  return join(packageFolder(name), file);
}

/**
 * A tensor of a graph model as tensorflow.js' own executor computes it on its `cpu` backend, with channels
 * first.
 *
 * @param pixels [batch, channels, height, width]
 */
export async function executedByTfjs(
  path: string,
  pixels: HostTensor,
  output: string,
): Promise<HostTensor> {
  const json = JSON.parse(await Deno.readTextFile(path));
  const files: string[] = json.weightsManifest.flatMap(({ paths }: { paths: string[] }) => paths);
  const parts = await Promise.all(files.map((file) => Deno.readFile(join(dirname(path), file))));
  const weightData = await new Blob(parts).arrayBuffer();
  const weightSpecs = json.weightsManifest.flatMap(({ weights }: { weights: unknown[] }) =>
    weights
  );
  const load = () => Promise.resolve({ ...json, weightSpecs, weightData });
  const before = tf.engine().backendName as string | undefined;
  await tf.setBackend("cpu");
  try {
    const model = await loadGraphModel({ load });
    const image = tf.transpose(
      tf.tensor(pixels.data as Float32Array, [...pixels.shape]),
      [0, 2, 3, 1],
    );
    const found = model.execute(image, output) as tf.Tensor;
    const first = found.rank === 4 ? tf.transpose(found, [0, 3, 1, 2]) : found;
    return { shape: first.shape, data: await first.data() as Float32Array };
  } finally {
    if (before) await tf.setBackend(before);
  }
}

/** The largest difference between numbers, as a share of the largest of them where that is above 1. */
export function relativeDifference(found: HostTensor, expected: HostTensor): number {
  let [difference, largest] = [found.data.length === expected.data.length ? 0 : Infinity, 1];
  expected.data.forEach((number, i) => {
    difference = Math.max(difference, Math.abs(number - found.data[i]));
    largest = Math.max(largest, Math.abs(number));
  });
  return difference / largest;
}
