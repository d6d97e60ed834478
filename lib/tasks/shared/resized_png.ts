/**
 * Images for readers of deployed folders, which resize otherwise than the training did.
 *
 * @module
 */
import { decodeImage } from "../../image/decode_image.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { imageBytes } from "../../image/image_bytes.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { ImageInput } from "./image_input.ts";

/**
 * The file of an image at the size that a processor resizes it to, so that a reader's processor leaves its size as it
 * is, and crops the pixels from it that the training saw.
 */
export async function resizedPng(
  input: ImageInput,
  pixels: PixelProcessor,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = await decodeImage(await imageBytes(input), { where: "the image" });
  return (await pngEncoder())(pixels.resize(image));
}
