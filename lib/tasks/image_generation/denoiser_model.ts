/**
 * What image generation needs to know of a model.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { CaptionEncoder, ImageProcessor, Processor } from "../../nn/processor.ts";
import { colours, pixelsFor, type PixelsOfModel } from "../shared/image_rows.ts";
import { denoiserHeadName } from "./denoiser_head.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";
import { readNoiseSchedule } from "./scheduler_config.ts";

/** A denoiser as the task sees it. */
export interface DenoiserModel extends PixelsOfModel {
  readonly schedule: NoiseSchedule;
  /** Of the images, [channels, height, width]. */
  readonly shape: readonly [number, number, number];
  /** Whether it is told what an image shows by a label. */
  readonly takesLabels: boolean;
  /** What reads its captions; absent where it reads none. */
  readonly captions?: CaptionEncoder;
}

/** What images have beside them. */
export interface ToldBy {
  readonly labels: readonly string[];
  readonly hasCaptions: boolean;
}

/**
 * Makes sure that a model denoises images of so many labels, or with captions. Throws an error of kind "unsupported"
 * for one that does not, and of kind "weights" where its folder does not say how noise is added.
 */
export function denoiserModel(task: string, processor: Processor, told: ToldBy): DenoiserModel {
  const own = pixelsFor(task, processor);
  const { [denoiserHeadName]: size } = own.mapSizes;
  if (!size) {
    throw new TunebookError("unsupported", `${task} needs a denoiser, such as a DiT (new:dit)`);
  }
  const image = processor as ImageProcessor;
  const { scheduler, takesLabels = false, captions } = image;
  if (!scheduler) {
    throw new TunebookError(
      "weights",
      `${task} needs scheduler_config.json in the model's folder, which says how noise is added`,
    );
  }
  checkChannels(task, image);
  checkTold(task, image, told);
  return {
    ...own,
    takesLabels,
    ...(captions ? { captions } : {}),
    schedule: readNoiseSchedule(scheduler),
    shape: [colours, ...size],
  };
}

/** A denoiser takes the pixels of images and tells one number of each. */
function checkChannels(
  task: string,
  { channels: [given, told] = [colours, colours] }: ImageProcessor,
): void {
  if (given !== colours) {
    throw new TunebookError(
      "unsupported",
      `${task} trains denoisers of pixels, ${colours} channels an image, and this one takes ${given}` +
        (given === latentChannels ? ": latents that an autoencoder makes of images" : "") +
        " (in_channels in its config.json)",
    );
  }
  if (told === given) return;
  throw new TunebookError(
    "unsupported",
    `${task} trains denoisers that give as many channels as they take, and this one gives ${told} for ${given}` +
      (told === 2 * given ? ": it has learnt variances, too, whose loss is not here" : "") +
      " (out_channels in its config.json)",
  );
}

function checkTold(
  task: string,
  { takesLabels = false, takesCaptions = false, captions }: ImageProcessor,
  { labels, hasCaptions }: ToldBy,
): void {
  const refuse = (words: string) => new TunebookError("unsupported", `${task} ${words}`);
  if (labels.length > 0 && !takesLabels) {
    throw refuse(
      takesCaptions
        ? "with labels needs a denoiser that knows labels, and this one reads captions; name their column, caption"
        : "with labels needs a denoiser that is told what an image shows, and this one is not; leave label out",
    );
  }
  if (hasCaptions && !takesCaptions) {
    throw refuse(
      "with captions needs a denoiser that reads them, a UNet2D with a text encoder, and this one does not; " +
        (takesLabels ? "name a column of labels, label" : "leave caption out"),
    );
  }
  if (!takesCaptions) return;
  if (!hasCaptions) {
    throw refuse("with this denoiser needs captions, which it reads; name their column, caption");
  }
  if (captions) return;
  throw new TunebookError(
    "weights",
    `${task} with captions needs the text encoder beside the denoiser: open the folder of the whole pipeline, which ` +
      "has model_index.json, text_encoder and tokenizer",
  );
}

/** Of the autoencoder of Stable Diffusion and of DiT. */
const latentChannels = 4;
