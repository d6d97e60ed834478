/**
 * Pictures in a notebook.
 *
 * @module
 */
import { type Html, html, lineColour } from "../core/html.ts";
import type { Picture } from "./picture.ts";

/** The pixels of an image on a page, on its longer side, unless told otherwise: small ones are drawn larger. */
const usualPixels = 96;

/** Pictures beside each other, each above its title. */
export function htmlPictures(pictures: readonly Picture[]): Html {
  return html`<div style="display:flex;flex-wrap:wrap;gap:.8em;margin:.3em 0">${
    pictures.map((picture) =>
      html`<figure style="margin:0">${htmlPicture(picture)}<figcaption
style="opacity:.85;font-size:.92em;max-width:14em">${picture.title}</figcaption></figure>`
    )
  }</div>`;
}

/** A small picture. */
export function htmlPicture(
  { title, url, ...size }: Picture,
  shownPixels = usualPixels,
): Html {
  const scale = shownPixels / Math.max(size.width, size.height);
  const [width, height] = [size.width, size.height].map((side) => Math.round(side * scale));
  return html`
    <img src="${url}" alt="${title}" width="${width}" height="${height}"
      style="display:block;border:1px solid ${lineColour};image-rendering:${scale > 1
        ? "pixelated"
        : "auto"}">
  `;
}
