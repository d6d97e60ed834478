/**
 * Masks in little memory: regions of one class take few bytes.
 *
 * @module
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { LabelMask } from "../../nn/mask_predictions.ts";

/** Fast; regions of one class are small whatever the level. */
const level = 1;

/** The same mask, whose pixels are compressed until they are read; reading them gives a copy each time. */
export function storedMask({ width, height, data }: LabelMask): LabelMask {
  const stored = deflateRawSync(Uint8Array.from(data), { level });
  return {
    width,
    height,
    get data() {
      const { buffer, byteOffset, byteLength } = inflateRawSync(stored);
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
  };
}
