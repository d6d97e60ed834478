/**
 * Images as readers of deployed folders get them.
 *
 * @module
 */
import { decodeImage } from "../../image/decode_image.ts";
import { encodePng } from "../../image/encode_png.ts";
import type { Image } from "../../image/image.ts";
import { imageBytes } from "../../image/image_bytes.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";

/** The file of an image at the model's size, and the image as it was. */
export interface FittedPng {
  readonly file: Blob;
  readonly original: Image;
}

/**
 * The file of an image as the model sees it: transformers.js makes large images smaller without smoothing, so
 * that its pixels of those are others than Python's, whatever the model.
 */
export async function fittedPng(input: unknown, pixels: PixelProcessor): Promise<FittedPng> {
  const original = await decodeImage(await imageBytes(input), { where: "the image" });
  return { file: new Blob([encodePng(pixels.fit(original))]), original };
}
