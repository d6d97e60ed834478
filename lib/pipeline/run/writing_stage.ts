/**
 * What a run writes: samples before, during and after the training, and answers to the held-out rows.
 *
 * @module
 */
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { Device, State } from "../../engine/mod.ts";
import type { Table } from "../../table/table.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { heldOutCases } from "../write/held_out_cases.ts";
import { sampleInputs, Sampler } from "../write/samples.ts";
import { type LazyTextModel, lazyTextModel } from "../write/text_model_of.ts";
import type { Assembled } from "./assemble_stage.ts";
import type { DrawingStage } from "./drawing_stage.ts";
import { withInitial } from "./initial_parameters.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { RunOptions } from "./run_options.ts";
import type { RunSamples } from "../write/run_samples.ts";
import { asksForTexts, type Scorer, type ToWrite } from "./score_stage.ts";

/** What a run writes with. */
export interface WritingStage extends LazyTextModel, DrawingStage {
  /** Has the model write by what this state holds; a later one is the same object. */
  use(state: State): void;
  /** What held-out rows ask, where that is scored. */
  readonly toWrite?: ToWrite;
  /** Asks for samples, where there are some. */
  readonly sampler?: Sampler;
  /** Asks for samples after so many steps, and gives all of them, where there are some. */
  samplesAfter(state: State, steps: number): Promise<RunSamples | undefined>;
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
  { task, defaults, device, settings, table, scorer, options, signal }: {
    readonly task: AnyLabelledTask;
    readonly defaults: GenerateOptions;
    readonly device: Device;
    readonly settings: TrainSettings;
    /** The held-out rows. */
    readonly table: Table;
    /** Runs the trained model in float32. */
    readonly scorer: Scorer;
    readonly options: RunOptions;
    readonly signal: AbortSignal;
  },
): Promise<WritingStage> {
  const { processor } = assembled;
  const { generate } = spec;
  const { seed } = settings;
  let current: State | undefined;
  const parts = { ...assembled, task, defaults, device };
  const writing = lazyTextModel({ ...parts, state: () => Promise.resolve(current) });
  const base = {
    ...writing,
    use: (state: State) => void (current = state),
    samplesAfter: (): Promise<RunSamples | undefined> => Promise.resolve(undefined),
  };
  if (task.drawing) {
    const on = { task, device, scorer, settings, options, table, signal };
    const { drawingStage } = await import("./drawing_stage.ts");
    const drawing = await drawingStage(spec, assembled, on);
    const samplesAfter = async (state: State, steps: number) =>
      await drawing.sampleDrawer?.after(state, { steps, signal });
    return { ...base, ...drawing, samplesAfter };
  }
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
    ...(sampler
      ? {
        sampler,
        samplesAfter: (_state: State, steps: number) =>
          sampler.after(writing.open(), { steps, signal }),
      }
      : {}),
  };
}

function asksForSamples({ train: { samples = 0 } }: PlanSpec): boolean {
  return Array.isArray(samples) ? samples.length > 0 : samples !== 0;
}
