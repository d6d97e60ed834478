/**
 * Bytes → the numbers that a model reads, one table for each channel.
 *
 * @module
 */
import type { ProcessorSteps } from "./processor_config.ts";

const byteValues = 256;

/**
 * For red, green and blue the number that each byte becomes, rounded to float32 after every step as
 * transformers rounds.
 */
export function pixelTables(
  { rescale, offset, normalize, normalizesTwice, config }: Pick<
    ProcessorSteps,
    "rescale" | "offset" | "normalize" | "normalizesTwice" | "config"
  >,
): readonly Float32Array[] {
  const round = Math.fround;
  return [0, 1, 2].map((channel) =>
    Float32Array.from({ length: byteValues }, (_, byte) => {
      let value = rescale === undefined ? byte : round(byte * rescale);
      if (rescale !== undefined) value = round(value - offset);
      if (normalize) {
        const { mean, std } = normalize;
        value = round(round(value - round(mean[channel])) / round(std[channel]));
      }
      if (normalizesTwice) {
        value = round(value / round((config.image_std as readonly number[])[channel]));
      }
      return value;
    })
  );
}
