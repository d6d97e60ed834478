/**
 * A BERT of two layers with LoRA and a classification task, and ten steps of its training.
 *
 * @module
 */
import { lora } from "../../../lib/adapters/lora.ts";
import { Random } from "../../../lib/core/random.ts";
import { type Device, type HostTensor, ops, type Program } from "../../../lib/engine/mod.ts";
import { bert } from "../../../lib/models/bert.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { forwardProgram } from "../../../lib/nn/forward_program.ts";
import { weightsOf } from "../../../lib/nn/layer.ts";
import { attachTo, type Model } from "../../../lib/nn/model.ts";
import { parameters, type TrainableModel } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { adamwUpdate, moments } from "../../../lib/train/optimizers/adamw.ts";
import { gradientProgram, gradients } from "../../../lib/train/gradient_program.ts";

const vocabulary = 60;
const rows = 4;

function tinyModel(): Model {
  const json = {
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 64,
    vocab_size: vocabulary,
    max_position_embeddings: 40,
  };
  const config = bert.readConfig(json);
  const layers = [...bert.layers(config), ...bert.heads.classification.layers(config, 2)];
  const random = Random.fromSeed(1, "tiny");
  const weights = new Map(
    layers.flatMap(weightsOf).map(({ path, shape, layer }) => {
      const isScale = layer.kind === "norm" && path.endsWith("weight");
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from(
        { length: size },
        () => isScale ? 1 : path.endsWith("weight") ? 0.2 * random.normal() : 0,
      );
      return [path, data];
    }),
  );
  return {
    reference: "tiny",
    family: bert,
    config,
    json,
    layers,
    head: ["classifier"],
    headRequest: { name: "classification", outputs: 2 },
    weights,
  };
}

/** The model, LoRA on query and value unless another method is given, and two labels. */
export function tinyTrainee(method: Method = lora({ rank: 4, dropout: 0.1 })): TrainableModel {
  const model = tinyModel();
  const adapter = attachTo(model, method);
  const targets = Float32Array.from(
    { length: 2 * rows },
    (_, i) => i % 4 === 0 || i % 4 === 3 ? 1 : 0,
  );
  return {
    model,
    adapter,
    objective: classificationObjective({ kind: "single", outputs: 2, targets }),
  };
}

/** The weights of a trainable, as a source of frozen inputs. */
export function frozenOf({ model }: TrainableModel): (name: string) => Float32Array {
  return (name) => model.weights.get(name)!;
}

/** The gradient step of the trainable, and its forward pass. */
export function tinyPrograms(trainable: TrainableModel): { gradient: Program; forward: Program } {
  return { gradient: gradientProgram(trainable), forward: forwardProgram(trainable) };
}

/** A batch with padding; every step has other tokens, another length and fresh noise. */
export function tinyFeeds({ objective }: TrainableModel, step: number): Record<string, HostTensor> {
  const random = Random.fromSeed(step, "batch");
  const sequence = 5 + step % 4;
  const shape = [rows, sequence];
  const count = rows * sequence;
  const mask = Int32Array.from(
    { length: count },
    (_, i) => i % sequence < sequence - i % 3 ? 1 : 0,
  );
  const data = Float32Array.from({ length: ops.noiseSize }, () => random.uniform());
  return {
    input_ids: {
      shape,
      data: Int32Array.from({ length: count }, () => random.integer(vocabulary)),
    },
    attention_mask: { shape, data: mask },
    token_type_ids: { shape, data: new Int32Array(count) },
    noise: { shape: [ops.noiseSize], data },
    ...objective.targetsOf(Array.from({ length: rows }, (_, i) => i), rows),
  };
}

/** The losses of ten AdamW steps and the parameters after them. */
export async function trainTiny(
  device: Device,
  steps = 10,
  method?: Method,
): Promise<{ losses: number[]; trained: Map<string, Float32Array> }> {
  const trainable = tinyTrainee(method);
  const slots = trainedTensors(trainable.model, trainable.adapter);
  const state = device.createState(slots, [parameters, gradients, ...moments]);
  await state.write(
    parameters,
    new Map(slots.map(({ name }) => {
      const own = trainable.adapter.parameters.find((parameter) => parameter.name === name);
      return [
        name,
        own?.initial(Random.fromSeed(1, name)) ?? trainable.model.weights.get(name)!,
      ];
    })),
  );
  const step = await device.compile(gradientProgram(trainable), {
    frozen: frozenOf(trainable),
    state,
  });
  const [beta1, beta2] = [0.9, 0.999];
  const update = await device.compileUpdate(adamwUpdate({ beta1, beta2, epsilon: 1e-8 }), state);
  const losses: number[] = [];
  for (let i = 1; i <= steps; i++) {
    losses.push((await step.run(tinyFeeds(trainable, i))).loss.data[0]);
    await update.run({
      learningRate: 1e-2,
      weightDecay: 0.01,
      clip: 1,
      correction1: 1 / (1 - beta1 ** i),
      correction2: 1 / (1 - beta2 ** i),
    });
  }
  const trained = await state.read(parameters);
  await step.dispose();
  await update.dispose();
  state.dispose();
  return { losses, trained };
}
