/**
 * Image generation with known labels: rows become noisy images, and noise becomes images.
 *
 * @module
 */
import type { Augmentations } from "../../image/augment/augmentations.ts";
import { type DenoisingPredictions, denoisingPredictions } from "../../nn/denoising_predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../../nn/task.ts";
import { sourceRows } from "../../table/source_rows.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { checkOutput } from "../shared/check_output.ts";
import { imageExamples, imageFingerprint } from "../shared/image_examples.ts";
import { imageRows } from "../shared/image_rows.ts";
import type { LabelColumn } from "../shared/label_column.ts";
import { labelFields, truthOf } from "../shared/labelled_rows.ts";
import { needsLabels } from "../shared/text_examples.ts";
import { denoiserHeadName, denoiserModel } from "./denoiser_model.ts";
import { denoisingObjective } from "./denoising_objective.ts";
import type { DrawingInput, GeneratedImage } from "./drawing.ts";
import { drawImages } from "./draw_images.ts";
import { heldOutImages } from "./held_out_images.ts";
import { minSnrWeight } from "./loss_weight.ts";
import { type Noising, noisyImages } from "./noisy_images.ts";
import { sampleRequests } from "./sample_requests.ts";
import { showGenerated } from "./show_generated.ts";

/** A task and what its columns mean. */
export interface GeneratedImagesOptions {
  readonly task: Task<DenoisingPredictions, DrawingInput, GeneratedImage>;
  readonly image: string;
  /** Absent where images have no labels. */
  readonly labelled?: LabelColumn;
  readonly labels: readonly string[];
  readonly augmentations: Augmentations;
  readonly noising: Noising;
}

/** The task with its labels. */
export function generatedImages(
  options: GeneratedImagesOptions,
): LabelledTask<DenoisingPredictions, DrawingInput, GeneratedImage> {
  const { task, image, labels } = options;
  const { problem_type: _, ...config } = labelFields("single", labels);
  return {
    task,
    labels,
    head: { name: denoiserHeadName, outputs: labels.length },
    signature: {
      pipeline: "image-generation",
      peftTaskType: null,
      autoClass: "DiffusionPipeline",
      config,
    },
    examples: (table, processor, settings) => examplesOf(table, processor, settings, options),
    display: showGenerated,
    tableOf: (inputs) => tableFromColumns({ [image]: inputs }, "the images"),
    drawing: {
      draw: (inputs, processor, denoise, settings) =>
        drawImages(inputs, denoiserModel(task.name, processor, labels), denoise, {
          labels,
          // Who has never drawn without a label leads nowhere by what it draws so.
          ...(options.noising.dropLabel === 0 ? { guidance: 1 } : {}),
          ...settings,
        }),
      samples: (count) => sampleRequests(count, labels),
      heldOut: (table, processor, settings) =>
        heldOutImages(table, processor, settings, { name: task.name, ...options }),
    },
  };
}

async function examplesOf(
  table: Table,
  processor: Processor,
  { where, labelled: isLabelled = true, signal }: ExamplesOptions,
  { task, image, labelled, labels, augmentations, noising }: GeneratedImagesOptions,
): Promise<Examples<DenoisingPredictions, GeneratedImage>> {
  const model = denoiserModel(task.name, processor, labels);
  const { pixels } = model;
  // Tells before a training what min-SNR cannot weigh.
  if (noising.minSnr !== undefined) minSnrWeight(model.schedule, noising.minSnr, 0);
  const found = isLabelled ? labelled?.read(table, where, labels) : undefined;
  const rows = table.numRows();
  const classes = found ? truthOf(found) : new Int32Array(rows).fill(labels.length);
  const images = await imageRows(table, { column: image, pixels, where, signal });
  const source = sourceRows(table, where);
  const noisy = noisyImages(images, {
    model,
    augmentations,
    noising,
    classes,
    labels: labels.length,
  });
  const objective = denoisingObjective({ shape: model.shape, classes: labels.length });
  /** What should be said of the rows that were asked. */
  const held = new Map<number, { readonly step: number; readonly target: Float32Array }>();
  return {
    ...imageExamples(images, { ...model, augmentations }),
    // Noise is among the feeds of its batch.
    changes: "batches",
    async feedsOf(rows, draw) {
      const all = await Promise.all(
        Array.from(rows, (row) => draw ? noisy.drawn(row, draw) : noisy.held(row)),
      );
      if (!draw) {
        all.forEach(({ step, target }, at) => held.set(rows[at], { step, target }));
        const { targets: _, step_weights: __, ...asked } = noisy.feedsOf(all);
        return asked;
      }
      return noisy.feedsOf(all);
    },
    fingerprint: imageFingerprint(
      { keys: [...images.keys, JSON.stringify([model.schedule.options, noising])] },
      pixels,
      augmentations,
      Float32Array.from(classes),
    ),
    objective: () => objective,
    predictions(outputs) {
      const rows = outputs.map((output, row) => {
        checkOutput(output, source.placeOf(row));
        const { step, target } = held.get(row) ?? needsLabels("predictions");
        return { step, error: squaredError(output, target) };
      });
      return denoisingPredictions({
        errors: Float64Array.from(rows, ({ error }) => error),
        steps: rows.map(({ step }) => step),
      });
    },
    // Images are drawn, in many steps.
    answers: () => [],
  };
}

function squaredError(output: Float32Array, target: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < output.length; i++) sum += (output[i] - target[i]) ** 2;
  return sum / output.length;
}
