/**
 * Decodes JPEG and PNG without native code, for platforms on which sharp does not load.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Image } from "./image.ts";
import type { ImageFormat } from "./image_kind.ts";
import type { PixelSize } from "./pixel_size.ts";
import type { SizeLimit } from "./size_limit.ts";
import { decodeJpeg, jpegSize } from "./decode_jpeg.ts";
import { decodePng, pngSize } from "./decode_png.ts";

/** What the image is called, and why sharp does not load. */
interface Plain {
  readonly where: string;
  readonly reason: string;
}

/** Decodes a JPEG or a PNG; throws kind "unsupported" for the formats that only sharp reads. */
export async function decodePlain(
  bytes: Uint8Array,
  format: ImageFormat,
  limit: SizeLimit & Plain,
): Promise<Image> {
  if (format === "jpeg") return await decodeJpeg(bytes, limit);
  if (format === "png") return await decodePng(bytes, limit);
  throw needsSharp(format, limit);
}

/** The size of the upright image, from its header alone. */
export function plainSize(bytes: Uint8Array, format: ImageFormat, plain: Plain): PixelSize {
  if (format === "jpeg") return jpegSize(bytes);
  if (format === "png") return pngSize(bytes);
  throw needsSharp(format, plain);
}

function needsSharp(format: ImageFormat, { where, reason }: Plain): TunebookError {
  return new TunebookError(
    "unsupported",
    `${where} is ${format.toUpperCase()}, which needs the package sharp, and sharp does not ` +
      `load here (${reason}); without it only JPEG and PNG are read`,
  );
}
