/**
 * Objects in an image.
 *
 * @module
 */

/** What models leave out themselves. */
const threshold = 0.5;

export const detect = {
  path: "/detect",
  settings: () => ({ kind: "boxes", threshold }),
  body: ({ shown, threshold }) => ({ input: { image: shown }, threshold }),
  found: ({ data: [{ objects }] }, { size: [height, width] }) =>
    objects.map(({ label, score, box }) => ({
      label,
      score,
      box: {
        xmin: box.x / width,
        ymin: box.y / height,
        xmax: (box.x + box.width) / width,
        ymax: (box.y + box.height) / height,
      },
    })),
};
