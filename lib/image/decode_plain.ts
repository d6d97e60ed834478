/**
 * Decodes JPEG and PNG without native code, for platforms on which sharp does not load.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Image } from "./image.ts";
import type { ImageFormat } from "./image_kind.ts";
import type { SizeLimit } from "./image_size.ts";
import { decodeJpeg } from "./decode_jpeg.ts";
import { decodePng } from "./decode_png.ts";

/** The limit, and why sharp does not load. */
interface PlainLimit extends SizeLimit {
  readonly reason: string;
}

/** Decodes a JPEG or a PNG; throws kind "unsupported" for the formats that only sharp reads. */
export async function decodePlain(
  bytes: Uint8Array,
  format: ImageFormat,
  limit: PlainLimit,
): Promise<Image> {
  if (format === "jpeg") return await decodeJpeg(bytes, limit);
  if (format === "png") return decodePng(bytes, limit);
  throw new TunebookError(
    "unsupported",
    `${limit.where} is ${format.toUpperCase()}, which needs the package sharp, and sharp does not ` +
      `load here (${limit.reason}); without it only JPEG and PNG are read`,
  );
}
