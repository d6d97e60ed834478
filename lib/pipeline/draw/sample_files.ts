/**
 * Samples as files: a PNG for each time that they were drawn.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { decodeImage } from "../../image/decode_image.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { imageGrid } from "../../image/image_grid.ts";
import type { GeneratedImage } from "../../tasks/image_generation/drawing.ts";
import type { PlanSpec } from "../plan_spec.ts";

/** Where samples are written: with the checkpoints, or beside the first folder of a deployment; else nowhere. */
export function samplesFolder(
  { train, targets }: Pick<PlanSpec, "train" | "targets">,
): string | undefined {
  if (train.checkpoints !== undefined) return join(train.checkpoints, "samples");
  return targets.length > 0 ? `${targets[0].folder}-samples` : undefined;
}

/** Writes images as one PNG and gives its path. */
export async function writeSamples(
  folder: string,
  when: string,
  images: readonly GeneratedImage[],
): Promise<string> {
  const pixels = await Promise.all(
    images.map(({ image }) => decodeImage(image, { where: "a sample" })),
  );
  const path = join(folder, `${when}.png`);
  await writeFileAtomic(path, (await pngEncoder())(imageGrid(pixels)));
  return path;
}
