/**
 * What a model says about an image, for people.
 *
 * @module
 */
import type { SaidLabel } from "../shared/labelled_rows.ts";

/** An image to label: a path, an address (`https:`, `file:`, `data:`), or the bytes of a file. */
export type ImageInput = string | URL | Uint8Array;

/** One image's prediction. */
export interface ImagePrediction extends SaidLabel {
  /** The path or the address, or how many bytes were given. */
  readonly image: string;
}

/** How answers and reports call an image. */
export function calledImage(cell: unknown): string {
  if (cell instanceof Uint8Array) return `${cell.length} bytes`;
  if (typeof cell === "object" && cell !== null && "path" in cell && cell.path) {
    return String(cell.path);
  }
  const text = String(cell);
  return text.startsWith("data:") ? `${text.slice(0, text.indexOf(","))},…` : text;
}

/** Characters of an image's name in displays. */
const mostCharacters = 60;

/** The name for displays: the end of a path says more than its beginning. */
export function endOfName(name: string): string {
  return name.length <= mostCharacters ? name : `…${name.slice(1 - mostCharacters)}`;
}
