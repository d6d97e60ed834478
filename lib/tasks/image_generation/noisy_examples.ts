/**
 * Rows become noisy images, which a model learns to denoise.
 *
 * @module
 */
import type { Augmentations } from "../../image/augment/augmentations.ts";
import { type DenoisingPredictions, denoisingPredictions } from "../../nn/denoising_predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, Task } from "../../nn/task.ts";
import { textColumn } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { checkOutput } from "../shared/check_output.ts";
import { imageExamples, imageFingerprint } from "../shared/image_examples.ts";
import { imageRows } from "../shared/image_rows.ts";
import type { LabelColumn } from "../shared/label_column.ts";
import { truthOf } from "../shared/labelled_rows.ts";
import { needsLabels } from "../shared/text_examples.ts";
import { type CaptionStates, captionStates } from "./caption_states.ts";
import { type DenoiserModel, denoiserModel } from "./denoiser_model.ts";
import { denoisingObjective } from "./denoising_objective.ts";
import type { DrawingInput, GeneratedImage } from "./drawing.ts";
import { minSnrWeight } from "./loss_weight.ts";
import { type Noising, noisyImages } from "./noisy_images.ts";

/** A task and what its columns mean. */
export interface GeneratedImagesOptions {
  readonly task: Task<DenoisingPredictions, DrawingInput, GeneratedImage>;
  readonly image: string;
  /** Absent where images have no labels. */
  readonly labelled?: LabelColumn;
  readonly labels: readonly string[];
  /** The column of captions, where images have them. */
  readonly caption?: string;
  /** Captions that samples over a training take, in turns. */
  readonly sampleCaptions?: readonly string[];
  readonly augmentations: Augmentations;
  readonly noising: Noising;
}

/** Makes noisy examples of a table. */
export async function noisyExamples(
  table: Table,
  processor: Processor,
  { where, labelled: isLabelled = true, signal }: ExamplesOptions,
  { task, image, labelled, labels, caption, augmentations, noising }: GeneratedImagesOptions,
): Promise<Examples<DenoisingPredictions, GeneratedImage>> {
  const model = denoiserModel(task.name, processor, {
    labels,
    hasCaptions: caption !== undefined,
  });
  const { pixels } = model;
  // Tells before a training what min-SNR cannot weigh.
  if (noising.minSnr !== undefined) minSnrWeight(model.schedule, noising.minSnr, 0);
  const { classes, captions, cut } = isLabelled && caption !== undefined
    ? await captionedRows(table, { caption, model, where, signal })
    : labelledRows(table, { labelled: isLabelled ? labelled : undefined, labels, where });
  const images = await imageRows(table, { column: image, pixels, where, signal });
  const source = sourceRows(table, where);
  const noisy = noisyImages(images, {
    model,
    augmentations,
    noising,
    classes,
    labels: captions?.none ?? labels.length,
    captions,
  });
  const objective = denoisingObjective({ shape: model.shape, classes: labels.length });
  /** What should be said of the rows that were asked. */
  const held = new Map<number, { readonly step: number; readonly target: Float32Array }>();
  return {
    ...imageExamples(images, { ...model, augmentations }),
    truncated: cut,
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
      {
        keys: [
          ...images.keys,
          JSON.stringify([model.schedule.options, noising]),
          ...caption === undefined ? [] : textColumn(table, caption, { where, allowEmpty: true }),
        ],
      },
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

/** What images show, by number; what the numbers stand for, where they are captions, and how many lost their end. */
interface ToldRows {
  readonly classes: Int32Array;
  readonly captions?: CaptionStates;
  readonly cut: number;
}

function labelledRows(
  table: Table,
  { labelled, labels, where }: {
    readonly labelled: LabelColumn | undefined;
    readonly labels: readonly string[];
    readonly where: string;
  },
): ToldRows {
  const found = labelled?.read(table, where, labels);
  const classes = found ? truthOf(found) : new Int32Array(table.numRows()).fill(labels.length);
  return { classes: Int32Array.from(classes), cut: 0 };
}

async function captionedRows(
  table: Table,
  { caption, model, where, signal }: Pick<ExamplesOptions, "where" | "signal"> & {
    readonly caption: string;
    readonly model: DenoiserModel;
  },
): Promise<ToldRows> {
  const texts = textColumn(table, caption, { where, allowEmpty: true });
  const captions = await captionStates(model.captions!, texts, signal);
  const classes = Int32Array.from(texts, captions.numberOf);
  return { classes, captions, cut: captions.countCut(classes) };
}

function squaredError(output: Float32Array, target: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < output.length; i++) sum += (output[i] - target[i]) ** 2;
  return sum / output.length;
}
