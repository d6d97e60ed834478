/**
 * The compiled training step of an image model with random weights.
 *
 * @module
 */
import { full } from "../lib/adapters/full.ts";
import { head } from "../lib/adapters/head.ts";
import { lora } from "../lib/adapters/lora.ts";
import { Random } from "../lib/core/random.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type HostTensor, ops, sizeOf } from "../lib/engine/mod.ts";
import { familyOf } from "../lib/models/mod.ts";
import type { ImageConfig } from "../lib/nn/family.ts";
import { initialOf, weightsOf } from "../lib/nn/layer.ts";
import { attachTo, type Model } from "../lib/nn/model.ts";
import { configAtSize } from "../lib/nn/image_size.ts";
import type { Objective } from "../lib/nn/objective.ts";
import { headOf } from "../lib/nn/task_head.ts";
import { keptWidth } from "../lib/nn/whole_features.ts";
import { frozenOf } from "../lib/nn/trainable_model.ts";
import { maskObjective } from "../lib/tasks/image_segmentation/mask_objective.ts";
import { classificationObjective } from "../lib/tasks/shared/classification_objective.ts";
import { gradientProgram } from "../lib/train/gradient_program.ts";
import { foundSquares } from "../lib/train/gradient_squares.ts";
import { groupSchedule } from "../lib/train/group_steps.ts";
import { initialState } from "../lib/train/initial_state.ts";
import { createOptimizer } from "../lib/train/optimizer.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { alpha, rank, targets } from "./cases.ts";
import { type VisionCase, visionLabels } from "./vision_cases.ts";

/** A compiled training step. */
export interface VisionStep {
  /** What it takes: one random batch. */
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** Takes the step and gives the loss. */
  take(feeds: Readonly<Record<string, HostTensor>>): Promise<number>;
}

/**
 * Compiles the step of a case.
 *
 * @param threads of the runtime; all cores unless given
 */
export async function compiledVisionStep(
  measured: VisionCase,
  threads: number | undefined,
): Promise<VisionStep> {
  const { batch, size, method, compute = "float32" } = measured;
  const device = onnxRuntime("cpu", undefined, { threads });
  const model = randomModel(measured);
  const methods = {
    lora: () => lora({ rank, alpha, targets }),
    full: () => full(),
    head: () => head(),
  };
  const adapter = attachTo(model, methods[method]());
  const fromHidden = method === "head";
  const objective = objectiveOf(measured, model.config as ImageConfig);
  const settings = trainSettings({ learningRate: 1e-4, schedule: "constant", warmup: 0 });
  const trainable = { model, adapter, objective };
  const state = await initialState(trainable, device, settings);
  const program = gradientProgram(trainable, {
    compute,
    fromHidden,
    summed: device.sumsEarly ? state.tensors : undefined,
  });
  const gradients = await device.compile(program, { frozen: frozenOf(trainable), state });
  const optimizer = await createOptimizer(device, state, settings);
  const schedule = groupSchedule(state, settings, { stepsPerEpoch: 1, totalSteps: 1 });
  const random = Random.fromSeed(1);
  const rows = Array.from({ length: batch }, (_, row) => row);
  const drawn = (...shape: number[]): HostTensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  });
  const ones: HostTensor = { shape: [batch, 1], data: new Int32Array(batch).fill(1) };
  const feeds: Record<string, HostTensor> = {
    ...fromHidden
      ? { hidden: drawn(batch, 1, keptWidth(model)), attention_mask: ones }
      : { pixel_values: drawn(batch, 3, size, size) },
    noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
    ...objective.targetsOf(rows, objective.weightOf(rows)),
  };
  let step = 0;
  return {
    feeds,
    async take(fed) {
      const results = await gradients.run(fed);
      await optimizer.add(true, foundSquares(results));
      await optimizer.step(schedule(step++), 1);
      return Number(results.loss.data[0]);
    },
  };
}

function objectiveOf(
  { head: reads, batch }: VisionCase,
  { imageSize: [height, width] }: ImageConfig,
): Objective {
  if (reads === "classification") {
    const targets = new Float32Array(batch * visionLabels);
    for (let row = 0; row < batch; row++) targets[row * visionLabels + row % visionLabels] = 1;
    return classificationObjective({ kind: "single", outputs: visionLabels, targets });
  }
  const random = Random.fromSeed(2);
  const masks = Array.from({ length: batch }, () => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height }, () => random.integer(visionLabels)),
  }));
  return maskObjective({ masks, classes: visionLabels, mapSize: [height / 4, width / 4] });
}

function randomModel({ modelType, config: fields, head: name, size }: VisionCase): Model {
  const family = familyOf(modelType);
  const json = { model_type: modelType, ...fields };
  const config = configAtSize({ family, config: family.readConfig(json), reference: "random" }, [
    size,
    size,
  ]);
  const asked = headOf(family, name);
  const own = asked.layers(config, visionLabels);
  const body = family.layers(config).filter(({ path }) => !asked.unused?.test(path));
  const layers = [...body, ...own];
  const random = Random.fromSeed(3);
  const weights = layers.flatMap(weightsOf).map((weight) => {
    const data = new Float32Array(sizeOf(weight.shape));
    const initial = initialOf(weight);
    if (initial === "ones") data.fill(1);
    if (initial === "normal") data.forEach((_, i) => data[i] = random.normal() * 0.02);
    return [weight.path, data] as const;
  });
  return {
    reference: "random",
    family,
    config,
    json,
    layers,
    head: own.map(({ path }) => path),
    headRequest: { name, outputs: visionLabels },
    weights: new Map(weights),
  };
}
