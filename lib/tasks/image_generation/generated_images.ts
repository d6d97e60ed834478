/**
 * Image generation with known labels: rows become noisy images, and noise becomes images. Both are loaded when a run
 * asks for them: other tasks need nothing of diffusion.
 *
 * @module
 */
import type { DenoisingPredictions } from "../../nn/denoising_predictions.ts";
import type { LabelledTask } from "../../nn/task.ts";
import { tableFromColumns } from "../../table/table.ts";
import { labelFields } from "../shared/labelled_rows.ts";
import { denoiserHeadName } from "./denoiser_head.ts";
import type { DrawingInput, GeneratedImage } from "./drawing.ts";
import type { GeneratedImagesOptions } from "./noisy_examples.ts";
import { sampleRequests } from "./sample_requests.ts";
import { showGenerated } from "./show_generated.ts";

/** The task with its labels. */
export function generatedImages(
  options: GeneratedImagesOptions,
): LabelledTask<DenoisingPredictions, DrawingInput, GeneratedImage> {
  const { task, image, labels, sampleCaptions = [] } = options;
  const told = { labels, hasCaptions: options.caption !== undefined };
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
    async examples(table, processor, settings) {
      const { noisyExamples } = await import("./noisy_examples.ts");
      return await noisyExamples(table, processor, settings, options);
    },
    display: showGenerated,
    tableOf: (inputs) => tableFromColumns({ [image]: inputs }, "the images"),
    drawing: {
      async draw(inputs, processor, denoise, settings) {
        const { denoiserModel } = await import("./denoiser_model.ts");
        const { drawImages } = await import("./draw_images.ts");
        return await drawImages(inputs, denoiserModel(task.name, processor, told), denoise, {
          labels,
          // Who has never drawn without a label leads nowhere by what it draws so.
          ...(options.noising.dropLabel === 0 ? { guidance: 1 } : {}),
          ...settings,
        });
      },
      samples: (count) =>
        told.hasCaptions
          ? sampleRequests(count, sampleCaptions, "caption")
          : sampleRequests(count, labels),
      async heldOut(table, processor, settings) {
        const { heldOutImages } = await import("./held_out_images.ts");
        return await heldOutImages(table, processor, settings, { name: task.name, ...options });
      },
    },
  };
}
