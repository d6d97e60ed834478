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
}

/**
 * Makes sure that a model denoises. Throws an error of kind "unsupported" for one that does not, and of kind
 * "weights" where its folder does not say how noise is added.
 */
export function denoiserModel(task: string, processor: Processor): DenoiserModel {
  const own = pixelsFor(task, processor);
  const { [denoiserHeadName]: size } = own.mapSizes;
  if (!size) {
    throw new TunebookError("unsupported", `${task} needs a denoiser, such as a DiT (new:dit)`);
  }
  const { scheduler } = processor as Extract<Processor, { input: "image" }>;
  if (!scheduler) {
    throw new TunebookError(
      "weights",
      `${task} needs scheduler_config.json in the model's folder, which says how noise is added`,
    );
  }
  return { ...own, schedule: readNoiseSchedule(scheduler), shape: [colours, ...size] };
}
