/**
 * Hashes of what images look like: those of similar images differ in few bits.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { luma } from "./augment/colour_ops.ts";
import type { Image } from "./image.ts";
import { resample } from "./resample/resample.ts";
import { rgbImage } from "./rgb_image.ts";

/** Pixels on a side of the grey image whose frequencies are looked at, and how many of them are. */
const [side, frequencies] = [32, 8];
const bits = frequencies ** 2;
const hexDigits = bits / 4;

/** The cosines of the lowest frequencies, [frequencies × side]. */
const cosines = Float64Array.from(
  { length: frequencies * side },
  (_, at) => Math.cos(Math.PI * Math.floor(at / side) * (2 * (at % side) + 1) / (2 * side)),
);

/**
 * The perceptual hash of an image (pHash, Zauner 2010) as 16 hexadecimal digits: of the grey image, 32 × 32, the
 * lowest 8 × 8 frequencies of the discrete cosine transform, a bit each for those above their median.
 * Equal to `phash` of Python's ImageHash. Alpha is left out, as Pillow converts to grey.
 *
 * @example
 * ```ts
 * import { hashDistance, perceptualHash } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const ramp = (side: number, steps: number) => ({
 *   width: side,
 *   height: side,
 *   channels: 1 as const,
 *   data: Uint8Array.from({ length: side * side }, (_, at) => 255 * ((at % side) / side) ** steps),
 * });
 * const [one, larger, other] = [ramp(64, 1), ramp(128, 1), ramp(64, 20)].map(perceptualHash);
 * assert.ok(hashDistance(one, larger) < hashDistance(one, other));
 * ```
 */
export function perceptualHash(image: Image): string {
  const small = resample(greyImage(image), { width: side, height: side, filter: "lanczos" });
  const across = new Float64Array(side * frequencies); // [side rows × frequencies]
  for (let y = 0; y < side; y++) {
    for (let k = 0; k < frequencies; k++) {
      for (let x = 0; x < side; x++) {
        across[y * frequencies + k] += cosines[k * side + x] * small.data[y * side + x];
      }
    }
  }
  const found = new Float64Array(bits);
  for (let j = 0; j < frequencies; j++) {
    for (let y = 0; y < side; y++) {
      for (let k = 0; k < frequencies; k++) {
        found[j * frequencies + k] += cosines[j * side + y] * across[y * frequencies + k];
      }
    }
  }
  const sorted = found.toSorted();
  const median = (sorted[bits / 2 - 1] + sorted[bits / 2]) / 2;
  const hash = found.reduce((all, value) => (all << 1n) | (value > median ? 1n : 0n), 0n);
  return hash.toString(16).padStart(hexDigits, "0");
}

/**
 * In how many of their 64 bits two perceptual hashes differ (the Hamming distance). Copies of an image in
 * another size or format are a few bits apart, unlike images about 32.
 *
 * Throws an error of kind "input" for what is no hash of `perceptualHash`.
 *
 * @example
 * ```ts
 * import { hashDistance } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hashDistance("a342030303fcfdfd", "a343030303fcfcfd"), 2);
 * ```
 */
export function hashDistance(one: string, other: string): number {
  const [a, b] = [hashBits(one), hashBits(other)];
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}

/** The 64 bits of a hash as two whole numbers. */
export function hashBits(hash: string): [upper: number, lower: number] {
  if (!/^[0-9a-f]{16}$/.test(hash)) {
    throw new TunebookError(
      "input",
      `"${hash}" is no perceptual hash, which has 16 hexadecimal digits`,
    );
  }
  const half = hexDigits / 2;
  return [parseInt(hash.slice(0, half), 16) | 0, parseInt(hash.slice(half), 16) | 0];
}

/** How many of 32 bits are ones. */
export function bitCount(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Brightness alone, as Pillow's `convert("L")` rounds it. */
function greyImage(image: Image): Image {
  const { width, height, channels } = image;
  if (channels === 1) return image;
  const { data } = rgbImage(image);
  const grey = Uint8Array.from(
    { length: width * height },
    (_, at) => channels === 2 ? data[3 * at] : luma(data, 3 * at),
  );
  return { width, height, channels: 1, data: grey };
}
