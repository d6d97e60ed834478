/**
 * What a run draws: samples before, during and after the training, and as many images as are held out.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { say } from "../../core/say.ts";
import type { Device, State } from "../../engine/mod.ts";
import type { FeaturePredictions } from "../../nn/feature_predictions.ts";
import type { GeneratedImage } from "../../tasks/image_generation/drawing.ts";
import type { Table } from "../../table/table.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { openComparedFeatures } from "../draw/compared_features.ts";
import { defaultDrawnSamples, SampleDrawer } from "../draw/sample_drawer.ts";
import { samplesFolder, writeSamples } from "../draw/sample_files.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "./assemble_stage.ts";
import { withInitial } from "./initial_parameters.ts";
import { progressFor } from "./progress_for.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { RunOptions } from "./run_options.ts";
import { asksForFeatures, type Scorer, scorerOf } from "./score_stage.ts";

/** Images without which a mean has no spread. */
const leastCompared = 2;

/** What a run draws with. */
export interface DrawingStage {
  /** Draws samples, where there are some. */
  readonly sampleDrawer?: SampleDrawer<State>;
  /** Draws as many images as are held out and compares them, where that is scored. */
  readonly compare?: (state: State) => Promise<FeaturePredictions>;
}

/** What the stage needs beside model and data. */
export interface DrawingStageOptions {
  readonly task: AnyLabelledTask;
  /** The device that computes in float32. */
  readonly device: Device;
  /** Runs the trained model in float32. */
  readonly scorer: Scorer;
  readonly settings: TrainSettings;
  readonly options: RunOptions;
  /** The held-out rows. */
  readonly table: Table;
  readonly signal: AbortSignal;
}

/**
 * Draws the samples before the training, and opens what the scores look at.
 *
 * Throws an error of kind "input" with all samples that cannot be drawn, before anything is trained.
 */
export async function drawingStage(
  spec: PlanSpec,
  assembled: Assembled,
  { task, device, scorer, settings, options, table, signal }: DrawingStageOptions,
): Promise<DrawingStage> {
  const asks = asksForFeatures(spec);
  if (asks && table.numRows() < leastCompared) {
    throw new TunebookError(
      "data",
      `the test data have ${table.numRows()} row${
        table.numRows() === 1 ? "" : "s"
      }, and a distance of ` +
        `features needs at least ${leastCompared} images, better some thousands: hold out more`,
    );
  }
  const drawing = task.drawing!;
  const { processor, trainable } = assembled;
  const { samples = defaultDrawnSamples } = spec.train;
  const inputs = Array.isArray(samples) ? samples : drawing.samples(samples as number);
  const drawBy = (scorer: Scorer, state: State) =>
    drawing.draw(inputs, processor, (rows) => scorer.outputs(rows, { state, signal }), { signal });
  const folder = samplesFolder(spec);
  const sampleDrawer = inputs.length === 0 ? undefined : new SampleDrawer<State>(
    (state) => drawBy(scorer, state) as Promise<GeneratedImage[]>,
    async (when, images, seconds) => {
      if (!folder) return;
      const path = await writeSamples(folder, when, images);
      // In the training a line would tear the progress apart.
      const isTold = !options.quiet && !when.startsWith("step");
      if (isTold) say(`${images.length} samples in ${path} (${seconds.toFixed(1)} s)`);
    },
  );
  if (sampleDrawer) {
    await withInitial(assembled, { device, seed: settings.seed }, async (state) => {
      await using own = scorerOf(trainable, device);
      await sampleDrawer.before(
        state,
        signal,
        (by) => drawBy(own, by) as Promise<GeneratedImage[]>,
      );
    });
  }
  const features = asks ? await openComparedFeatures(spec, { device, signal }) : undefined;
  return {
    ...(sampleDrawer ? { sampleDrawer } : {}),
    ...(features
      ? {
        async compare(state) {
          const { inputs, images } = await drawing.heldOut(table, processor, {
            where: "the test data",
            signal,
          });
          const all = inputs.length;
          const drawn = await drawing.draw(
            inputs,
            processor,
            (rows) => scorer.outputs(rows, { state, signal }),
            {
              signal,
              progress: (steps) => progressFor(options, `drawing ${all} images`, steps, "steps"),
            },
          ) as GeneratedImage[];
          return await features.compare(drawn, images);
        },
      }
      : {}),
  };
}
