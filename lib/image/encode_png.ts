/**
 * Images as PNG files.
 *
 * @module
 */
import { once } from "../core/once.ts";
import type { Image } from "./image.ts";

/** Writes an image into the bytes of a PNG with the same channels, 8 bits each. */
export type EncodePng = (image: Image) => Uint8Array<ArrayBuffer>;

/**
 * Loads what writes PNG files; programs that read no images do without it.
 *
 * @example
 * ```ts
 * import { pngEncoder } from "./encode_png.ts";
 * import { decodeImage } from "./decode_image.ts";
 * import assert from "node:assert/strict";
 *
 * const encodePng = await pngEncoder();
 * const data = Uint8Array.of(255, 0, 0);
 * const png = encodePng({ width: 1, height: 1, channels: 3, data });
 * assert.deepEqual([...(await decodeImage(png, { where: "red" })).data], [255, 0, 0]);
 * ```
 */
export const pngEncoder: () => Promise<EncodePng> = once(async () => {
  const { encode } = await import("fast-png");
  // The fastest level: half the time of the usual one for files of much the same size.
  const zlib = { level: 1 } as const;
  return ({ width, height, channels, data }) =>
    Uint8Array.from(encode({ width, height, channels, data }, { zlib }));
});
