/**
 * More light.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** What is added to the value of hue, saturation and value. */
const amounts = [0.1, 0.2, 0.3, 0.4, 0.5] as const;
const channels = 3;

/**
 * Makes an image brighter; hue and saturation stay: ImageNet-C's `brightness`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { brightness, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = brightness({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const brightness: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "brightness",
  "brightness",
  amounts,
  (values, amount) =>
    values.map((value, index) => {
      const first = index - index % channels;
      const before = Math.max(values[first], values[first + 1], values[first + 2]);
      const after = Math.min(1, before + amount);
      return before === 0 ? after : value * after / before;
    }),
);
