/**
 * Drawn images for notebooks and terminals.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { htmlFrame } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import { htmlPictures } from "../../image/html_pictures.ts";
import { pngPicture } from "../../image/png_picture.ts";
import type { GeneratedImage } from "./drawing.ts";

/** So many images are shown in a notebook, and so many rows on a terminal; the others are counted. */
const mostImages = 64;
const mostRows = 20;

/** The images with their labels, and as a table where there are no pictures. */
export function showGenerated(images: readonly GeneratedImage[]): MimeBundle {
  const caption = (shown: number) =>
    `${images.length} ${images.length === 1 ? "image" : "images"}` +
    (shown < images.length ? `; the first ${shown}` : "");
  const pictures = images.slice(0, mostImages).map(pictureOfGenerated);
  const rows = images.slice(0, mostRows).map((image) => {
    const { width, height } = pictureOfGenerated(image);
    return [visible(shownOf(image)), String(image.seed), `${width} × ${height}`];
  });
  return bundleOf(
    `${caption(rows.length)}\n` +
      textTable(
        [
          images.some(({ caption }) => caption !== undefined) ? "caption" : "label",
          "seed",
          "pixels",
        ],
        rows,
        ["left", "right", "right"],
      ),
    htmlFrame(caption(pictures.length), htmlPictures(pictures)),
  );
}

/** An image with what it shows and its seed as the title. */
function pictureOfGenerated(generated: GeneratedImage) {
  return pngPicture(generated.image, `${shownOf(generated)}, seed ${generated.seed}`);
}

/** What an image was to show. */
function shownOf({ label, caption }: GeneratedImage): string {
  return label ?? (caption || "any");
}
