/**
 * Pictures in a notebook.
 *
 * @module
 */
import { type Html, html, lineColour } from "../core/html.ts";
import type { Image } from "./image.ts";
import { type Picture, thumbnail } from "./picture.ts";

/** The pixels of an image on a page, on its longer side: small ones are drawn larger. */
const shownPixels = 96;

/** Pictures beside each other, each above its title. */
export function htmlPictures(pictures: readonly Picture[]): Html {
  return html`<div style="display:flex;flex-wrap:wrap;gap:.8em;margin:.3em 0">${
    pictures.map(({ title, image }) =>
      html`
        <figure
          style="margin:0">${htmlImage(
            image,
            title,
          )}<figcaption style="opacity:.85;font-size:.92em">${title}</figcaption></figure>
      `
    )
  }</div>`;
}

/** A small picture of an image; `alt` is what it shows, in words. */
export function htmlImage(image: Image, alt: string): Html {
  const scale = shownPixels / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((side) => Math.round(side * scale));
  return html`
    <img src="${thumbnail(image)}" alt="${alt}" width="${width}" height="${height}"
      style="display:block;border:1px solid ${lineColour};image-rendering:${scale > 1
        ? "pixelated"
        : "auto"}">
  `;
}
