/**
 * Image generation: a denoiser learns to make images of noise.
 *
 * @module
 */
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { augmentationsOf, augmentSettings } from "../image/augment/augmentations.ts";
import type { DenoisingPredictions } from "../nn/denoising_predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import { sourceRows } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";
import { calledImage, endOfName } from "./shared/image_input.ts";
import { imageMistakes } from "./shared/image_rows.ts";
import { labelColumn } from "./shared/label_column.ts";
import type { DrawingInput, GeneratedImage } from "./image_generation/drawing.ts";
import { generatedImages } from "./image_generation/generated_images.ts";
import { generationMistakes, type ImageGenerationOptions } from "./image_generation/options.ts";

const name = "image-generation";

/**
 * Images that are made of noise, step by step, of each label, by captions or of neither: diffusion (Ho et al., arXiv 2006.11239) or
 * flow matching (Lipman et al., arXiv 2210.02747), whichever the model's `scheduler_config.json` says. It needs a
 * denoiser, such as a DiT. In each epoch an image gets noise that is drawn for it, and the model learns to tell the
 * noise, or what the schedule asks for, from the image.
 *
 * `predict` takes labels or captions, or `{ label, caption, seed, steps, guidance, sampler }`, and gives
 * `{ label, caption, seed, image }` with the PNG's bytes. Captions need a denoiser that reads them
 * (`UNet2DConditionModel`) in the folder of a pipeline with a CLIP text encoder, which is not trained.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { imageGeneration } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = imageGeneration({ image: "drawing", label: "category" });
 * assert.equal(task.name, "image-generation");
 * assert.deepEqual(task.columns, ["drawing", "category"]);
 * assert.equal(task.metric, "denoisingError");
 * ```
 */
export function imageGeneration(
  options: ImageGenerationOptions,
): Task<DenoisingPredictions, DrawingInput, GeneratedImage> {
  requireOptions(name, options);
  refuseOptions(name, generationMistakes(options));
  const { image, label, caption, names, augment = [], dropLabel, steps = "uniform", minSnr } =
    options;
  const columns = [image, label, caption].filter((column) => column !== undefined);
  const labelled = label === undefined
    ? undefined
    : labelColumn({ label, ...(names ? { names } : {}) }, { fewest: 1 });
  const task: Task<DenoisingPredictions, DrawingInput, GeneratedImage> = {
    name,
    kind: "denoising",
    input: "image",
    settings: { ...options, ...augmentSettings(augment) },
    columns,
    ...(label === undefined ? {} : { stratify: label }),
    metric: "denoisingError",
    lossSettings: [],
    checkRows(table, where) {
      requireColumns(table, columns, where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      const source = sourceRows(table, where);
      const wrong = imageMistakes(table, image, source).flat();
      if (wrong.length > 0) throw mistakes("data", `${source.where} cannot be read:`, wrong);
      labelled?.read(table, where);
      if (caption !== undefined) textColumn(table, caption, { where, allowEmpty: true });
    },
    ...(labelled ? { checkSplit: labelled.checkSplit } : {}),
    read: ({ train }) =>
      withLabels(
        labelled?.read(train, "the training data").names ?? [],
        caption === undefined ? [] : captionsToShow(train, caption),
      ),
    withLabels: (labels) => withLabels(labels),
    report: {
      noun: "image",
      texts: (table) => columnValues(table, image).map((cell) => endOfName(calledImage(cell))),
      ...(labelled?.report ?? {}),
    },
    preview: (table, row) => ({
      text: endOfName(calledImage(columnValues(table, image)[row])),
      label: labelled?.shown(table, row) ??
        (caption === undefined ? "" : String(columnValues(table, caption)[row])),
    }),
  };

  function withLabels(labels: readonly string[], sampleCaptions: readonly string[] = []) {
    return generatedImages({
      task,
      image,
      ...(labelled ? { labelled } : {}),
      labels,
      ...(caption === undefined ? {} : { caption, sampleCaptions }),
      augmentations: augmentationsOf(augment),
      noising: {
        dropLabel: dropLabel ?? (labelled || caption !== undefined ? usualDropLabel : 0),
        steps,
        ...(minSnr === undefined ? {} : { minSnr }),
      },
    });
  }

  return Object.freeze(task);
}

/** Captions that samples may ask for. */
const mostCaptions = 100;

/** The first captions of some rows that say something, each once. */
function captionsToShow(table: Table, caption: string): string[] {
  const all = textColumn(table, caption, { where: "the training data", allowEmpty: true });
  return [...new Set(all.filter((text) => text !== ""))].slice(0, mostCaptions);
}

/** As in the paper. */
const usualDropLabel = 0.1;
