/**
 * The class of each pixel of an image.
 *
 * @module
 */
export const segment = {
  path: "/segment",
  settings: () => ({ kind: "masks" }),
  body: ({ shown }) => ({ input: { image: shown } }),
  async found({ data: [{ labels, mask }] }) {
    const { width, height, ids } = await idsOf(mask);
    return labels.map(({ label, id }) => ({
      label,
      mask: { width, height, data: ids.map((each) => each === id ? 255 : 0) },
    }));
  },
};

/** The greys of a PNG, which are the numbers of classes. */
async function idsOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  const { width, height } = bitmap;
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  return {
    width,
    height,
    ids: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at]),
  };
}
