/**
 * The traces of JPEG.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";
import { jpegRoundTrip } from "./jpeg_round_trip.ts";

/** Qualities, of 100. */
const qualities = [25, 18, 15, 10, 7] as const;

/**
 * Rounds what JPEG rounds: colours at half the size, and the frequencies of blocks of 8 × 8 pixels. ImageNet-C's
 * `jpeg_compression`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { jpegCompression, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = jpegCompression({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const jpegCompression: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "jpegCompression",
  "jpeg",
  qualities,
  (values, quality, size) => jpegRoundTrip(values, { ...size, quality }),
);
