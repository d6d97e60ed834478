/**
 * What a run writes: samples before, during and after the training, and answers to the held-out rows.
 *
 * @module
 */
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { Device, State } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import type { Table } from "../../table/table.ts";
import { initialParameters } from "../../train/initial_state.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { heldOutCases } from "../write/held_out_cases.ts";
import { sampleInputs, Sampler } from "../write/samples.ts";
import { type LazyTextModel, lazyTextModel } from "../write/text_model_of.ts";
import type { Assembled } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import { asksForTexts, type ToWrite } from "./score_stage.ts";

/** What a run writes with. */
export interface WritingStage extends LazyTextModel {
  /** Has the model write by what this state holds; a later one is the same object. */
  use(state: State): void;
  /** What held-out rows ask, where that is scored. */
  readonly toWrite?: ToWrite;
  /** Asks for samples, where there are some. */
  readonly sampler?: Sampler;
}

/**
 * Finds what is to be written, and writes the samples before the training.
 *
 * Throws an error of kind "data" or "input" where a row or a sample cannot be answered, before anything is
 * trained.
 */
export async function writingStage(
  spec: PlanSpec,
  assembled: Assembled,
  { task, defaults, device, settings, table, signal }: {
    readonly task: AnyLabelledTask;
    readonly defaults: GenerateOptions;
    readonly device: Device;
    readonly settings: TrainSettings;
    /** The held-out rows. */
    readonly table: Table;
    readonly signal: AbortSignal;
  },
): Promise<WritingStage> {
  const { processor } = assembled;
  const { generate } = spec;
  const { seed } = settings;
  let current: State | undefined;
  const parts = { ...assembled, task, defaults, device };
  const writing = lazyTextModel({ ...parts, state: () => Promise.resolve(current) });
  const base = { ...writing, use: (state: State) => void (current = state) };
  if (!task.writing || processor.input !== "text") {
    // Says what is missing where texts are asked for.
    if (asksForTexts(spec) || asksForSamples(spec)) writing.open();
    return base;
  }
  const held = { task, processor, table };
  const cases = asksForTexts(spec) ? heldOutCases(held, writing.open()) : undefined;
  const how = { generate, seed };
  const inputs = sampleInputs(held, writing.open, { samples: spec.train.samples, ...how });
  const sampler = inputs.length > 0 ? new Sampler(inputs, how) : undefined;
  if (sampler) {
    await withInitial(assembled, { device, seed }, async (state) => {
      const untrained = lazyTextModel({ ...parts, state: () => Promise.resolve(state) });
      try {
        await sampler.before(untrained.open(), signal);
      } catch (error) {
        if (!isInterruption(error)) throw error;
        throw interruption("stopped before the training; nothing was trained");
      } finally {
        await untrained.dispose();
      }
    });
  }
  return {
    ...base,
    ...(cases ? { toWrite: { cases, seed, textModel: writing.open() } } : {}),
    ...(sampler ? { sampler } : {}),
  };
}

function asksForSamples({ train: { samples = 0 } }: PlanSpec): boolean {
  return Array.isArray(samples) ? samples.length > 0 : samples !== 0;
}

/** Has a state of the parameters before the first step alone, without what an optimizer keeps. */
async function withInitial(
  { trainable }: Pick<Assembled, "trainable">,
  { device, seed }: { readonly device: Device; readonly seed: number },
  work: (state: State) => Promise<void>,
): Promise<void> {
  const tensors = trainedTensors(trainable.model, trainable.adapter);
  const names = new Set(tensors.map(({ name }) => name));
  const state = device.createState(tensors, [parameters]);
  try {
    const initial = [...initialParameters(trainable, seed)].filter(([name]) => names.has(name));
    await state.write(parameters, new Map(initial));
    await work(state);
  } finally {
    state.dispose();
  }
}
