/**
 * What keeps transformers.js from telling where things are in an image.
 *
 * @module
 */
import { alwaysShowsWhole } from "../../image/processor/placement.ts";
import type { Processor } from "../../nn/processor.ts";

/**
 * A sentence where the model's processor crops or pads images: transformers.js lays what the model gives over the whole
 * image, as if nothing had been cut off.
 *
 * @param told what it tells, such as "boxes"
 */
export function croppingObstacle(processor: Processor, told: string): string | undefined {
  if (processor.input !== "image" || !processor.pixels) return undefined;
  if (alwaysShowsWhole(processor.pixels)) return undefined;
  return `the model's preprocessor_config.json crops images, and transformers.js tells ${told} as if nothing had been ` +
    'cut off; put "size": { "height": …, "width": … } there, the size that the model takes, and "do_center_crop": ' +
    "false where it is true, or deploy the model with merged(folder)";
}
