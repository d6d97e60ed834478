/**
 * Errors that every reader of image files gives.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { reasonOf } from "../core/reason.ts";
import { visible } from "../core/visible.ts";
import { shownValue } from "../core/shown_value.ts";
import { type ImageFormat, imageKindOf } from "./image_kind.ts";

/**
 * Reads bytes as an image of the format that they have. What `read` throws becomes a `TunebookError` of kind
 * "data" that begins with `where`, as for bytes that are empty or no image.
 */
export async function knownImage<Result>(
  bytes: Uint8Array,
  where: string,
  read: (format: ImageFormat) => Result | Promise<Result>,
): Promise<Result> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TunebookError(
      "input",
      `an image is read from the bytes of a file, but got ${shownValue(bytes)}`,
    );
  }
  if (bytes.length === 0) throw new TunebookError("data", `${where} is empty`);
  const { format, name } = imageKindOf(bytes);
  if (format === undefined) {
    throw new TunebookError(
      "data",
      `${where} is ${name}; images may be JPEG, PNG, WebP, GIF, TIFF or AVIF`,
    );
  }
  try {
    return await read(format);
  } catch (error) {
    throw damagedImage(error, `${where} is ${name}`);
  }
}

/**
 * The error for an image that a library cannot decode; one of ours stays as it is.
 *
 * @param what begins the message: `row 3 is a PNG image`
 */
export function damagedImage(error: unknown, what: string): TunebookError {
  if (error instanceof TunebookError) return error;
  const reason = visible(reasonOf(error).trim().replaceAll(/\s+/g, " "));
  return new TunebookError(
    "data",
    `${what} that cannot be decoded; it is truncated or damaged: ${reason}`,
    { cause: error },
  );
}
