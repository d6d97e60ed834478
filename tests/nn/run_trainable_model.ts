/**
 * Runs the programs of a trainable: its logits, its loss and its gradients at given parameters.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import {
  type Device,
  type HostTensor,
  ops,
  type Program,
  type Step,
} from "../../lib/engine/mod.ts";
import { forwardProgram } from "../../lib/nn/forward_program.ts";
import { frozenOf, parameters, type TrainableModel } from "../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import {
  type GradientOptions,
  gradientProgram,
  gradients,
  penaltyShare,
} from "../../lib/train/gradient_program.ts";
import { initialParameters, initialState } from "../../lib/train/initial_state.ts";
import { gradientSource } from "../../lib/train/occurring_words.ts";

type Feeds = Readonly<Record<string, HostTensor>>;
type Tensors = ReadonlyMap<string, Float32Array>;

/** The logits of a batch, in evaluation mode; the initial parameters unless others are given. */
export async function logitsOf(
  trainable: TrainableModel,
  device: Device,
  batch: Feeds,
  values: Tensors = initialParameters(trainable, 1),
): Promise<HostTensor> {
  await using run = await logitsRun(trainable, device);
  return await run.logitsOf(batch, values);
}

/** A compiled forward program whose parameters can be set. */
export interface LogitsRun extends AsyncDisposable {
  logitsOf(batch: Feeds, values: Tensors): Promise<HostTensor>;
}

/** Compiles the forward program once for any batches and parameters. */
export async function logitsRun(trainable: TrainableModel, device: Device): Promise<LogitsRun> {
  const slots = trainedTensors(trainable.model, trainable.adapter);
  const state = device.createState(slots, [parameters, gradients]);
  const frozen = frozenOf(trainable);
  const step = await device.compile(forwardProgram(trainable), { frozen, state });
  return {
    async logitsOf(batch, values) {
      await state.write(parameters, values);
      return (await step.run(batch)).logits;
    },
    async [Symbol.asyncDispose]() {
      await step.dispose();
      state.dispose();
    },
  };
}

/** A compiled training step whose parameters can be set. */
export interface GradientRun {
  lossAt(values: Tensors): Promise<number>;
  /**
   * The same loss by a program without gradients, which is compiled when it is first asked for: where many
   * losses are asked for, as finite differences do, each costs a third.
   */
  forwardLossAt(values: Tensors): Promise<number>;
  gradientsAt(values: Tensors): Promise<Map<string, Float32Array>>;
  dispose(): Promise<void>;
}

/**
 * Compiles the training step for the rows of one batch, with one noise for all of its runs. With
 * `words` the parameters hold only these rows of the word table.
 */
export async function gradientRun(
  trainable: TrainableModel,
  device: Device,
  batch: Feeds,
  options: GradientOptions = {},
): Promise<GradientRun> {
  const { words } = options;
  const state = await initialState(trainable, device, { accumulate: 1, seed: 1 }, words);
  const frozen = gradientSource(trainable, words);
  const program = gradientProgram(trainable, options);
  const step = await device.compile(program, { frozen, state });
  // What only the gradients need is not read, so that no node of it is left.
  const forward: Program = {
    ...program,
    name: "loss",
    compute: (inputs) => ({ loss: program.compute(inputs).loss }),
  };
  let forwardStep: Promise<Step> | undefined;
  const { shape: [length] } = batch.input_ids ?? batch.pixel_values ?? batch.sample ?? batch.hidden;
  const rows = Array.from({ length }, (_, row) => row);
  const random = Random.fromSeed(1, "noise");
  const feeds = {
    ...batch,
    ...trainable.objective.targetsOf(rows, trainable.objective.weightOf(rows)),
    [penaltyShare]: { shape: [], data: Float32Array.of(1) },
    noise: {
      shape: [ops.noiseSize],
      data: Float32Array.from({ length: ops.noiseSize }, () => random.uniform()),
    },
  };
  const lossOf = async (asked: Step, values: Tensors) => {
    await state.write(parameters, values);
    return Number((await asked.run(feeds)).loss.data[0]);
  };
  const lossAt = (values: Tensors) => lossOf(step, values);
  return {
    lossAt,
    async forwardLossAt(values) {
      forwardStep ??= device.compile(forward, { frozen, state });
      return await lossOf(await forwardStep, values);
    },
    async gradientsAt(values) {
      await lossAt(values);
      return await state.read(gradients);
    },
    async dispose() {
      await step.dispose();
      await (await forwardStep)?.dispose();
      state.dispose();
    },
  };
}
