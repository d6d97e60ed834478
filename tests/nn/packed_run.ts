/**
 * Loss and gradients of the same examples, padded and packed.
 *
 * @module
 */
import { textConfig } from "../../lib/nn/model.ts";
import { Random } from "../../lib/core/random.ts";
import type { Sequence } from "../../lib/text/sequence.ts";
import { batchFeeds } from "../../lib/data/feeds.ts";
import { sharedPromptFeeds } from "../../lib/data/shared_prompts.ts";
import { type Device, type HostTensor, ops } from "../../lib/engine/mod.ts";
import { frozenOf, parameters, type TrainableModel } from "../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import type { BatchLayout } from "../../lib/text/batch_layout.ts";
import {
  type GradientOptions,
  gradientProgram,
  gradients,
  penaltyShare,
} from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { toyVocabulary } from "./toy.ts";

/** Random examples of the given lengths, of two segments each. */
export function toyExamples(lengths: readonly number[], seed = 1): Sequence[] {
  const random = Random.fromSeed(seed, "examples");
  return lengths.map((length, row) => ({
    row,
    ids: Int32Array.from({ length }, () => 1 + random.integer(toyVocabulary - 1)),
    types: Int32Array.from({ length }, (_, at) => Number(at >= length / 2)),
  }));
}

/** What a training step gives. */
export interface StepOutcome {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/**
 * One step over all examples, padded unless a layout is given. What starts at zero is moved away,
 * since zeros hide mistakes.
 */
export async function stepOver(
  trainable: TrainableModel,
  device: Device,
  examples: readonly Sequence[],
  layout?: BatchLayout,
  options: GradientOptions = {},
): Promise<StepOutcome> {
  const own = { packed: layout !== undefined, ...options };
  const [outcome] = await outcomesOf(trainable, device, examples, [layout], own);
  return outcome;
}

/** A step for each layout, from the same start, by one compiled program. */
export async function packedSteps(
  trainable: TrainableModel,
  device: Device,
  examples: readonly Sequence[],
  layouts: readonly BatchLayout[],
): Promise<StepOutcome[]> {
  return await outcomesOf(trainable, device, examples, layouts, { packed: true });
}

async function outcomesOf(
  trainable: TrainableModel,
  device: Device,
  examples: readonly Sequence[],
  layouts: readonly (BatchLayout | undefined)[],
  options: GradientOptions,
): Promise<StepOutcome[]> {
  const { model, adapter, objective } = trainable;
  const state = device.createState(trainedTensors(model, adapter), [parameters, gradients]);
  const random = Random.fromSeed(1, "start");
  const start = [...initialParameters(trainable, 1)].map((
    [path, values],
  ) => [
    path,
    values.some((value) => value !== 0) ? values : values.map(() => 0.3 * random.normal()),
  ]) as [string, Float32Array][];
  await state.write(parameters, new Map(start));
  const frozen = frozenOf(trainable);
  const step = await device.compile(gradientProgram(trainable, options), { frozen, state });
  const rows = examples.map((_, row) => row);
  const noise: HostTensor = { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) };
  const outcomes: StepOutcome[] = [];
  try {
    for (const layout of layouts) {
      const { loss } = await step.run({
        ...(layout?.shared
          ? sharedPromptFeeds(examples.map(({ ids }) => ids as Int32Array), layout)
          : batchFeeds(examples, rows, {
            padId: textConfig(model).padId,
            usesTypes: model.family.usesTypes ?? false,
            layout,
          })),
        ...objective.targetsOf(rows, objective.weightOf(rows), { layout }),
        [penaltyShare]: { shape: [], data: Float32Array.of(1) },
        noise,
      });
      outcomes.push({ loss: Number(loss.data[0]), gradients: await state.read(gradients) });
    }
    return outcomes;
  } finally {
    await step.dispose();
    state.dispose();
  }
}
