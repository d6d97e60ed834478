/**
 * Images in requests: their bytes, never a path or an address, which the server would have to open.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { RequestError } from "../../http/request_error.ts";

const dataAddress = /^data:image\/[\w.+-]+;base64,/i;

/** An image as base64, with `data:image/…;base64,` before it or without. */
export const imageText = z.string({ error: "must be the base64 of an image" }).min(1).openapi({
  description:
    "The file of an image as base64, or a data: address of it. Addresses are not fetched.",
  example: "data:image/png;base64,iVBORw0KGgo=",
});

/** An image as an input. */
export const imageObject = z.strictObject({ image: imageText }, { error: "must be { image }" });

/** The images of one input or of several. */
export function imagesOf(
  input: z.infer<typeof imageObject> | readonly z.infer<typeof imageObject>[],
): Uint8Array[] {
  return [input].flat().map(({ image }, at) => imageBytesOf(image, `input[${at}].image`));
}

/** The bytes of an image; an error of status 400 that names the field for what is none. */
export function imageBytesOf(text: string, param: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text.replace(dataAddress, ""));
  } catch (error) {
    throw new RequestError(
      400,
      `${param} is no base64 of an image; send the bytes of the file, not where it is`,
      { param, code: "invalid_image", cause: error },
    );
  }
}
