/** Tiny drawings of two kinds, and a model that learns them in seconds. */
import {
  imageGeneration,
  type ImageGenerationOptions,
  type Table,
  tableFromColumns,
} from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";

/** What a drawing is of. */
export const kinds = ["dark", "light"];
/** A DiT for them. */
export const size = { imageSize: 8, patchSize: 4, hiddenSize: 32, layers: 1, heads: 2 } as const;
/** The task on their table. */
export function drawingTask(options: Partial<ImageGenerationOptions> = {}) {
  return imageGeneration({ image: "image", label: "kind", ...options });
}

/** Squares of 8 × 8 pixels, red and dark or green and light, with the columns `image` and `kind`. */
export async function drawings(count = 24): Promise<Table> {
  const encode = await pngEncoder();
  const random = Random.fromSeed(1, "drawings");
  const images = Array.from({ length: count }, (_, row) => {
    const colour = row % 2 === 0 ? [120, 20, 20] : [200, 250, 200];
    const data = Uint8Array.from(
      { length: 8 * 8 * 3 },
      (_, at) => Math.min(255, colour[at % 3] + random.integer(12)),
    );
    return { bytes: encode({ width: 8, height: 8, channels: 3, data }), path: `${row}.png` };
  });
  return tableFromColumns({ image: images, kind: images.map((_, row) => kinds[row % 2]) });
}

/** How they become numbers from -1 to 1. */
export const pixelsOfDrawings = {
  image_processor_type: "ViTImageProcessor",
  do_resize: true,
  size: { height: 8, width: 8 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};
