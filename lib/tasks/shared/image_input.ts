/**
 * An image as a person gives it to a trained model, and how it is called.
 *
 * @module
 */

/** An image to be looked at: a path, an address (`https:`, `file:`, `data:`), or the bytes of a file. */
export type ImageInput = string | URL | Uint8Array;

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
