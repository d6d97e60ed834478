/**
 * The class of each pixel of an image, from what a model gives for a smaller map.
 *
 * @module
 */
import type { LabelMask } from "../../nn/mask_predictions.ts";

/** The map that a model gives. */
export interface MapSizes {
  readonly classes: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The class with the largest logit at each pixel of the image, the first one of a tie; logits between the
 * map's points are bilinear, edges lie on edges. Equals `post_process_semantic_segmentation` of
 * transformers' image processors.
 *
 * @param logits [classes · height · width]
 */
export function maskOfLogits(
  logits: Float32Array,
  { classes, height, width }: MapSizes,
  image: { readonly width: number; readonly height: number },
): LabelMask {
  const columns = pointsOf(width, image.width);
  const rows = pointsOf(height, image.height);
  const data = new Int32Array(image.width * image.height);
  const best = new Float64Array(image.width);
  rows.forEach((row, y) => {
    best.fill(-Infinity);
    for (let label = 0; label < classes; label++) {
      const map = logits.subarray(label * height * width, (label + 1) * height * width);
      columns.forEach((column, x) => {
        const above = between(map, row.low * width, column);
        const below = between(map, row.high * width, column);
        const logit = above + (below - above) * row.share;
        if (logit <= best[x]) return;
        best[x] = logit;
        data[y * image.width + x] = label;
      });
    }
  });
  return { width: image.width, height: image.height, data };
}

/** Two points of a map and how far a pixel lies between them. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** For each pixel the two points that it lies between. */
function pointsOf(points: number, pixels: number): Between[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const place = Math.max(0, (pixel + 0.5) * points / pixels - 0.5);
    const low = Math.min(points - 1, Math.floor(place));
    return { low, high: Math.min(points - 1, low + 1), share: place - low };
  });
}

function between(map: Float32Array, from: number, { low, high, share }: Between): number {
  const [left, right] = [map[from + low], map[from + high]];
  return left + (right - left) * share;
}
