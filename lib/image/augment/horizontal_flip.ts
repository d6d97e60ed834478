/**
 * Left becomes right.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import type { PixelSize } from "../pixel_size.ts";
import type { Augmentation, ImageExample } from "./augmentation.ts";
import { movedMask, movedObjects, type PixelMap } from "./move_objects.ts";
import { probabilityRule } from "./rules.ts";

/** How often to flip. */
export interface HorizontalFlipOptions {
  /** How likely it happens; 0.5 by default. */
  probability?: number;
}

/**
 * Flips an image with its boxes and masks, by default every second time. Not for images whose sides mean
 * something, such as text.
 *
 * @example
 * ```ts
 * import { augmented, horizontalFlip } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 3, height: 1, channels: 1, data: Uint8Array.of(1, 2, 3) } as const;
 * const flip = horizontalFlip({ probability: 1 });
 * const objects = [{ box: [0, 0, 1, 1], label: "dot" }] as const;
 * const result = augmented({ image, objects }, [flip], { seed: 1, epoch: 0, example: 0 });
 * assert.deepEqual([...result.image.data], [3, 2, 1]);
 * assert.deepEqual(result.objects![0].box, [2, 0, 1, 1]);
 * ```
 */
export function horizontalFlip(options: HorizontalFlipOptions = {}): Augmentation {
  checkOptions("horizontalFlip", options, { probability: probabilityRule });
  const { probability = 0.5 } = options;
  return {
    name: "horizontalFlip",
    settings: { probability },
    apply: (example, random) => random.uniform() < probability ? flipped(example) : example,
  };
}

function flipped({ image, objects, mask }: ImageExample): ImageExample {
  const { width, height, channels, data } = image;
  const map = flipMap(image);
  const pixels = new Uint8Array(data.length);
  for (let at = 0; at < map.length; at++) {
    for (let c = 0; c < channels; c++) pixels[at * channels + c] = data[map[at] * channels + c];
  }
  const size = { width, height };
  return {
    image: { ...image, data: pixels },
    ...(objects
      ? {
        objects: movedObjects(objects, size, map, 1, ([x, y, w, h]) => [width - x - w, y, w, h]),
      }
      : {}),
    ...(mask ? { mask: movedMask(mask, size, map, 0) } : {}),
  };
}

function flipMap({ width, height }: PixelSize): PixelMap {
  const map = new Int32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = width - 1; x >= 0; x--) map[to++] = y * width + x;
  }
  return map;
}
