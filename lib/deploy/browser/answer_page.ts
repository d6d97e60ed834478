/**
 * What draws answers on a page, for static pages and for the server's.
 *
 * @module
 */

/** Files of `lib/deploy/browser/page` that do so, without those which run a model there. */
export const answerPageFiles = [
  "answer.js",
  "drops.js",
  "element.js",
  "form.js",
  "page.css",
  "pictures.js",
] as const;
