/**
 * Images as PNG files.
 *
 * @module
 */
import { encode } from "fast-png";
import type { Image } from "./image.ts";

/**
 * The bytes of a PNG with the image's channels, 8 bits each.
 *
 * @example
 * ```ts
 * import { encodePng } from "./encode_png.ts";
 * import { decodeImage } from "./decode_image.ts";
 * import assert from "node:assert/strict";
 *
 * const data = Uint8Array.of(255, 0, 0);
 * const png = encodePng({ width: 1, height: 1, channels: 3, data });
 * assert.deepEqual([...(await decodeImage(png, { where: "red" })).data], [255, 0, 0]);
 * ```
 */
export function encodePng({ width, height, channels, data }: Image): Uint8Array<ArrayBuffer> {
  // The fastest level: half the time of the usual one for files of much the same size.
  return Uint8Array.from(encode({ width, height, channels, data }, { zlib: { level: 1 } }));
}
