/**
 * Our side: the step that training runs, on a model with random weights.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { full } from "../lib/adapters/full.ts";
import { lora } from "../lib/adapters/lora.ts";
import { LazyMap } from "../lib/core/lazy_map.ts";
import { Random } from "../lib/core/random.ts";
import {
  type Device,
  type HostTensor,
  ops,
  type QuantizationFormat,
  quantizedShapes,
  sizeOf,
} from "../lib/engine/mod.ts";
import { bert } from "../lib/models/bert.ts";
import type { Family } from "../lib/nn/family.ts";
import { type Weight, weightsOf } from "../lib/nn/layer.ts";
import { attachTo, type Model } from "../lib/nn/model.ts";
import { classificationObjective } from "../lib/tasks/shared/classification_objective.ts";
import { gradientProgram } from "../lib/train/gradient_program.ts";
import { foundSquares } from "../lib/train/gradient_squares.ts";
import {
  gradientSource,
  occurringFrozenWords,
  occurringWords,
} from "../lib/train/occurring_words.ts";
import { quantizeWeight } from "../lib/weights/quantize_weight.ts";
import { trainedTensors } from "../lib/nn/trained.ts";
import { microBatchSize } from "../lib/train/micro_batch.ts";
import { groupSchedule } from "../lib/train/group_steps.ts";
import { lossScaleInput, LossScaling } from "../lib/train/loss_scaling.ts";
import { createOptimizer } from "../lib/train/optimizer.ts";
import { initialState } from "../lib/train/train.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { alpha, dataWords, rank, type StepCase, targets, vocabulary } from "./cases.ts";
import { bertOfEveryPosition } from "./every_position.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

/** A compiled training step. */
export interface MeasuredStep {
  /** Runs some steps and returns the milliseconds of each, on the clock and of the processor. */
  run(count: number): Promise<{ milliseconds: number[]; processor: number[]; loss: number }>;
  /** Bytes of the quantised matrices as they are held, as a share of their float32 numbers. */
  readonly storedShare: number;
  dispose(): Promise<void>;
}

const classes = 2;
const leastPositions = 512;
const seed = 1;
const floatBytes = 4;
/** Half the width of the uniform distribution of random weights. */
const weightRange = 0.03;

/** How our step is computed. */
export interface StepOptions {
  /** The last layer computes all positions, as in transformers, and not only those that the head reads. */
  readonly everyPosition?: boolean | undefined;
  /** Attention over long rows has all of its weights at once. */
  readonly wholeAttention?: boolean | undefined;
  /** Layers keep only their inputs for the backward pass. */
  readonly gradientCheckpointing?: boolean | undefined;
  /** In which numbers linear layers are computed; float32 unless given. */
  readonly compute?: "float32" | "int8" | undefined;
}

/** Compiles the step of a case. */
export async function compileStep(
  measured: Omit<StepCase, "kind">,
  device: Device,
  options: StepOptions = {},
): Promise<MeasuredStep> {
  const { everyPosition = false, wholeAttention = false, gradientCheckpointing = false, compute } =
    options;
  const { batch, length } = measured;
  const random = Random.fromSeed(seed, measured.name);
  const tokenIds = Int32Array.from(
    random.shuffle([...Array(vocabulary).keys()]).slice(0, dataWords),
  );
  const plain = randomModel(measured, everyPosition ? bertOfEveryPosition : bert);
  const model = measured.quantize ? quantised(plain, measured.quantize) : plain;
  const adapter = attachTo(
    model,
    measured.method === "lora" ? lora({ rank, alpha, targets }) : full(),
  );
  const labels = Array.from({ length: batch }, (_, row) => row % classes);
  const objective = classificationObjective({
    kind: "single",
    outputs: classes,
    targets: Float32Array.from(labels.flatMap((label) => label === 0 ? [1, 0] : [0, 1])),
  });
  const microBatch = microBatchSize({ batchSize: batch }, {
    device,
    hiddenSize: measured.hidden,
    tensors: trainedTensors(model, adapter),
    tokens: batch * length,
    isWhole: false,
  });
  const accumulate = Math.ceil(batch / microBatch);
  const settings = trainSettings({
    learningRate: 1e-4,
    schedule: "constant",
    warmup: 0,
    accumulate,
  });
  const rows = {
    lengths: [dataWords],
    feedsOf: () => ({ input_ids: { shape: [1, dataWords], data: tokenIds } }),
  };
  const words = await occurringWords({ model, adapter }, rows);
  const frozenWords = words ? undefined : await occurringFrozenWords({ model, adapter }, rows);
  const state = await initialState({ model, adapter }, device, settings, words);
  const scalesLoss = device.precision === "float16";
  const lossScaling = new LossScaling();
  const program = gradientProgram({ model, adapter, objective }, {
    words,
    frozenWords,
    gradientCheckpointing,
    compute,
    tokens: microBatch * length,
    summed: device.sumsEarly && !scalesLoss && accumulate === 1 ? state.tensors : undefined,
    ...(wholeAttention ? {} : { longest: length }),
    scalesLoss,
  });
  const gradients = await device.compile(program, {
    frozen: gradientSource({ model, adapter }, words ?? frozenWords),
    state,
  });
  const optimizer = await createOptimizer(device, state, settings);
  const schedule = groupSchedule(state, settings, { stepsPerEpoch: 1, totalSteps: 1 });
  const ids = Int32Array.from(
    { length: batch * length },
    () => tokenIds[random.integer(dataWords)],
  );
  const microBatches = Array.from({ length: accumulate }, (_, at) => {
    const rows = labels.map((_, row) => row).slice(at * microBatch, (at + 1) * microBatch);
    const shape = [rows.length, length];
    const tokens = rows.length * length;
    const begin = at * microBatch * length;
    return {
      input_ids: { shape, data: ids.slice(begin, begin + tokens) },
      attention_mask: { shape, data: new Int32Array(tokens).fill(1) },
      token_type_ids: { shape, data: new Int32Array(tokens) },
      noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
      ...objective.targetsOf(rows, batch),
    };
  });
  let step = 0;
  return {
    storedShare: storedShareOf(model),
    async run(count) {
      const milliseconds: number[] = [];
      const processor: number[] = [];
      let loss = NaN;
      for (let i = 0; i < count; i++) {
        const before = cpuUsage();
        const began = performance.now();
        const { scale } = lossScaling;
        const scaled: Record<string, HostTensor> = scalesLoss
          ? { [lossScaleInput]: { shape: [], data: Float32Array.of(scale) } }
          : {};
        loss = 0;
        for (const [at, feeds] of microBatches.entries()) {
          const results = await gradients.run({ ...feeds, ...scaled });
          loss += Number(results.loss.data[0]);
          await optimizer.add(at === 0, foundSquares(results));
        }
        const { norm } = await optimizer.step(schedule(step++), scalesLoss ? scale : 1);
        if (scalesLoss) lossScaling.update(step, norm);
        milliseconds.push(performance.now() - began);
        processor.push(processorMilliseconds(before));
      }
      return { milliseconds, processor, loss };
    },
    async dispose() {
      await gradients.dispose();
      await optimizer.dispose();
      state.dispose();
    },
  };
}

function randomModel(
  { name, layers, hidden, heads, intermediate, length }: Omit<StepCase, "kind">,
  family: typeof bert,
): Model {
  const json = {
    model_type: "bert",
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: intermediate,
    vocab_size: vocabulary,
    max_position_embeddings: Math.max(leastPositions, length),
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
  };
  const config = family.readConfig(json);
  const head = family.heads.classification.layers(config, classes);
  const all = [...family.layers(config), ...head];
  return {
    reference: "random",
    family: family as unknown as Family,
    config,
    json,
    layers: all,
    head: head.map(({ path }) => path),
    headRequest: { name: "classification", outputs: classes },
    // Made when they are asked for, as a model's weights are read from its file.
    weights: new LazyMap(
      all.flatMap(weightsOf).map((weight) => [weight.path, () => randomWeight(name, weight)]),
    ),
  };
}

/** The model with the encoder's linears held in fewer bits. */
function quantised(model: Model, format: QuantizationFormat): Model {
  const held = model.layers.filter(({ kind, path }) => kind === "linear" && !isTop(model, path))
    .flatMap(weightsOf).filter(({ path }) => path.endsWith(".weight"));
  const packed = new Map(
    held.map(({ path, shape }) =>
      [path, quantizeWeight(format, shape, () => model.weights.get(path)!)] as const
    ),
  );
  return { ...model, quantized: packed };
}

function storedShareOf({ quantized = new Map() }: Model): number {
  let held = 0;
  let whole = 0;
  for (const weight of quantized.values()) {
    const { codes, scales } = quantizedShapes(weight);
    held += sizeOf(codes) + floatBytes * sizeOf(scales);
    whole += floatBytes * weight.outFeatures * weight.inFeatures;
  }
  return whole === 0 ? 1 : held / whole;
}

function isTop({ head }: Model, path: string): boolean {
  return head.includes(path);
}

function randomWeight(name: string, { path, shape, layer }: Weight): Float32Array {
  const data = new Float32Array(shape.reduce((size, dim) => size * dim, 1));
  if (path.endsWith(".bias")) return data;
  if (layer.kind === "norm") return data.fill(1);
  const random = Random.fromSeed(seed, name, path);
  for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * weightRange;
  return data;
}
