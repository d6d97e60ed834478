/**
 * What the model says of rows before its training, where losses and scores compare with that.
 *
 * @module
 */
import type { Progress } from "../../core/progress.ts";
import type { Device } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { noAdapter } from "../../nn/merge.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import type { ReferenceModel } from "../../reinforce/policy.ts";
import { initialParameters } from "../../train/initial_state.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import {
  type AnyExamples,
  type Assembled,
  type AttachedModel,
  type EncodedSplits,
  trainableOf,
} from "./assemble_stage.ts";
import { progressFor } from "./progress_for.ts";
import type { RunOptions } from "./run_options.ts";

/** How the model is asked. */
export interface ReferenceContext {
  readonly device: Device;
  /** True where the training goes on from files: the reference is then the method as it was read. */
  readonly continues: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Begins a display of how many sequences are done. */
  readonly progress?: ((sequences: number) => Progress) | undefined;
}

/** All splits with what they are compared with; themselves where they are compared with nothing. */
export async function referenceStage(
  spec: Pick<PlanSpec, "method">,
  assembled: Assembled,
  { device, signal, options, settings }: Pick<ReferenceContext, "device" | "signal"> & {
    readonly options: RunOptions;
    readonly settings: TrainSettings;
  },
): Promise<Assembled> {
  const context = { device, signal, continues: goesOn(spec) };
  const progress = (total: number) => progressFor(options, "reference", total, "sequences");
  const data = await splitsWithReference(assembled, assembled.data, { ...context, progress });
  if (data === assembled.data) return assembled;
  return { ...assembled, data, trainable: trainableOf(assembled, data.train, settings) };
}

/** Whether a training goes on from the files of a method. */
export function goesOn({ method }: Pick<PlanSpec, "method">): boolean {
  return method.continues === true;
}

/** The same of encoded splits. */
export async function splitsWithReference(
  attached: Pick<AttachedModel, "model" | "adapter">,
  data: EncodedSplits,
  context: ReferenceContext,
): Promise<EncodedSplits> {
  const { train, test, validation } = data;
  if (!train.withReference) return data;
  const [ownTrain, ownTest, ...others] = await withReference(
    attached,
    [train, test, ...(validation ? [validation] : [])],
    context,
  );
  const [ownValidation] = others;
  return {
    ...data,
    train: ownTrain,
    test: ownTest,
    ...(ownValidation ? { validation: ownValidation } : {}),
  };
}

/** Some rows with what they are compared with. The model is compiled once for all of them, and freed. */
export async function withReference(
  { model, adapter }: Pick<AttachedModel, "model" | "adapter">,
  all: readonly AnyExamples[],
  { device, continues, signal, progress }: ReferenceContext,
): Promise<AnyExamples[]> {
  if (all.every((examples) => !examples.withReference)) return [...all];
  const { state, ...asked } = await referenceModel({ model, adapter }, { device, continues });
  const shown = progress?.(all.reduce((sum, { lengths }) => sum + lengths.length, 0));
  try {
    const trainable = trainableOf(asked, all[0], trainSettings());
    const predictor = await createPredictor(trainable, device, state);
    try {
      const found: AnyExamples[] = [];
      let before = 0;
      for (const examples of all) {
        const update = (done: number) => shown?.update(before + done);
        const outputs = await predictor.outputs(examples, {
          signal,
          progress: { update, end: () => {} },
        });
        before += examples.lengths.length;
        found.push(examples.withReference?.(outputs) ?? examples);
      }
      return found;
    } finally {
      await predictor.dispose();
    }
  } finally {
    shown?.end();
    state?.dispose();
  }
}

/**
 * The model before a training: without its adapter, or with the one that the training goes on from. Its state is
 * the caller's to dispose of.
 */
export async function referenceModel(
  { model, adapter }: Pick<AttachedModel, "model" | "adapter">,
  { device, continues }: Pick<ReferenceContext, "device" | "continues">,
): Promise<ReferenceModel> {
  // The same head and numbers, whatever is trained of them later.
  if (!continues) return { model: { ...model, head: [] }, adapter: noAdapter, state: undefined };
  const state = device.createState(trainedTensors(model, adapter), [parameters]);
  const { seed } = trainSettings();
  await state.write(parameters, initialParameters({ model, adapter }, seed));
  return { model, adapter, state };
}
