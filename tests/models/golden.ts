/**
 * The golden files that Python wrote, and a model run on them.
 *
 * @module
 */
import { headResults } from "../../lib/nn/head_results.ts";
import { batchInputs, batchOf } from "../../lib/nn/batch_inputs.ts";
import { fileURLToPath } from "node:url";
import type { Device, HostTensor, Program, QuantizationFormat } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { frozenWeights, type Model } from "../../lib/nn/model.ts";
import { encode } from "../../lib/nn/encoder.ts";
import { createNet } from "../../lib/nn/create_net.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { weightInputs } from "../../lib/nn/trainable_model.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";

/** The path of a golden file. */
export function goldenPath(path: string): string {
  return fileURLToPath(new URL(`../golden/${path}`, import.meta.url));
}

/** The tensors of a golden file by name. */
export type GoldenTensors = Readonly<Record<string, HostTensor>>;

/** All tensors of a golden file; integers become int32. */
export async function readGolden(path: string): Promise<Record<string, HostTensor>> {
  using file = await openSafetensors(goldenPath(path));
  const tensors: Record<string, HostTensor> = {};
  for (const [name, { dtype, shape }] of file.tensors) {
    if (dtype !== "I64") {
      tensors[name] = { shape, data: await file.readFloat32(name) };
      continue;
    }
    const { bytes } = await file.read(name);
    tensors[name] = { shape, data: Int32Array.from(new BigInt64Array(bytes.buffer), Number) };
  }
  return tensors;
}

/** One of the tiny models as a classifier. */
export function goldenModel(
  name: string,
  outputs = 3,
  seed = 1,
  quantize?: QuantizationFormat,
): Promise<Model> {
  return loadModel({ ...filesOf(name), outputs, seed, ...(quantize ? { quantize } : {}) });
}

/** The heads on tokens that all families have. */
export const headNames = ["tokens", "span", "embedding"] as const;

/** A tiny model of `heads/` with the head that transformers saved it with, or another. */
export function goldenHeadModel(
  name: string,
  head: typeof headNames[number],
  { outputs = head === "tokens" ? 3 : 2, seed = 1 }: {
    readonly outputs?: number;
    readonly seed?: number;
  } = {},
): Promise<Model> {
  return loadModel({ ...filesOf(name), head: { name: head, outputs }, seed });
}

/** One of the tiny decoders with the head that predicts the next token. */
export function goldenLanguageModel(name: string, quantize?: QuantizationFormat): Promise<Model> {
  return loadModel({ ...filesOf(name), seed: 1, ...(quantize ? { quantize } : {}) });
}

function filesOf(name: string) {
  const folder = goldenPath(name.includes("/") ? name : `models/${name}`);
  return {
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
  };
}

/** Rows of zeros with a one at each class id. */
export function oneHot(ids: ArrayLike<number>, outputs: number): Float32Array {
  const targets = new Float32Array(ids.length * outputs);
  Array.from(ids, (id, row) => targets[row * outputs + id] = 1);
  return targets;
}

/** Hidden states, logits and loss of a batch, in evaluation mode. */
export async function runModel(
  device: Device,
  model: Model,
  objective: Objective,
  batch: Readonly<Record<string, HostTensor>>,
): Promise<Record<"hidden" | "logits" | "loss", HostTensor>> {
  const { inputs, names } = weightInputs({ model, adapter: noAdapter });
  const frozen = Object.entries(inputs).map(([name, spec]) =>
    [name, { ...spec, role: "frozen" }] as const
  );
  const program: Program = {
    name: "golden",
    inputs: {
      ...batchInputs(model),
      ...objective.feeds,
      ...Object.fromEntries(frozen),
    },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[names.get(path)!],
        quantized: model.quantized,
      });
      const hidden = encode(net, model, batchOf(inputs));
      const logits = headResults(net, { model, objective }, inputs);
      return { hidden, logits, loss: objective.loss(logits, inputs) };
    },
  };
  const paths = new Map([...names].map(([path, name]) => [name, path]));
  const weights = frozenWeights(model);
  const step = await device.compile(program, { frozen: (name) => weights(paths.get(name)!) });
  const rows = Array.from({ length: batch.input_ids.shape[0] }, (_, row) => row);
  try {
    const results = await step.run({
      ...batch,
      ...objective.targetsOf(rows, objective.weightOf(rows)),
    });
    return results as Record<"hidden" | "logits" | "loss", HostTensor>;
  } finally {
    await step.dispose();
  }
}

/** The largest difference between two lists of numbers; infinite where one is not a number. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a, (number, i) => Math.abs(number - b[i]))
    .reduce((most, each) => each <= most ? most : Number.isNaN(each) ? Infinity : each, 0);
}

/** The numbers of real tokens where there are some for each token; what stands at padding nobody reads. */
export function realTokens(data: ArrayLike<number>, mask: ArrayLike<number>): number[] {
  const perToken = data.length / mask.length;
  if (perToken < 2) return Array.from(data);
  return Array.from(data).filter((_, i) => mask[Math.floor(i / perToken)] === 1);
}
