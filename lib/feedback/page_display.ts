/**
 * How an open page shows itself: its address, and in a notebook the page itself.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../core/display.ts";
import { html, htmlFrame } from "../core/html.ts";

/** Pixels of the frame: an item with two answers of a paragraph each. */
const frameHeight = 720;

/** The address as a link, and the page in a frame. */
export function pageBundle(address: string, words: string): MimeBundle {
  return bundleOf(
    words,
    htmlFrame(
      html`<p><a href="${address}" target="_blank" rel="noopener">${address}</a></p>`,
      html`
        <iframe src="${address}" title="Feedback" width="100%" height="${frameHeight}"
          style="border:1px solid rgba(128,128,128,.35)"></iframe>
      `,
    ),
  );
}
