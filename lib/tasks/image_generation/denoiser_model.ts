/**
 * What image generation needs to know of a model.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Processor } from "../../nn/processor.ts";
import { colours, pixelsFor, type PixelsOfModel } from "../shared/image_rows.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";
import { readNoiseSchedule } from "./scheduler_config.ts";

/** The head that is asked for. */
export const denoiserHeadName = "denoiser";

/** A denoiser as the task sees it. */
export interface DenoiserModel extends PixelsOfModel {
  readonly schedule: NoiseSchedule;
  /** Of the images, [channels, height, width]. */
  readonly shape: readonly [number, number, number];
  /** Whether it is told what an image shows. */
  readonly takesLabels: boolean;
}

/**
 * Makes sure that a model denoises images of so many labels. Throws an error of kind "unsupported" for one that does
 * not, and of kind "weights" where its folder does not say how noise is added.
 */
export function denoiserModel(
  task: string,
  processor: Processor,
  labels: readonly string[],
): DenoiserModel {
  const own = pixelsFor(task, processor);
  const { [denoiserHeadName]: size } = own.mapSizes;
  if (!size) {
    throw new TunebookError("unsupported", `${task} needs a denoiser, such as a DiT (new:dit)`);
  }
  const { scheduler, takesLabels = false } = processor as Extract<Processor, { input: "image" }>;
  if (!scheduler) {
    throw new TunebookError(
      "weights",
      `${task} needs scheduler_config.json in the model's folder, which says how noise is added`,
    );
  }
  if (labels.length > 0 && !takesLabels) {
    throw new TunebookError(
      "unsupported",
      `${task} with labels needs a denoiser that is told what an image shows, and this one is not; leave label out`,
    );
  }
  return { ...own, takesLabels, schedule: readNoiseSchedule(scheduler), shape: [colours, ...size] };
}
