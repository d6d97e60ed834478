/**
 * What the image processors of transformers do where `preprocessor_config.json` says nothing.
 *
 * @module
 */

/** A file's keys and values. */
export type ConfigRecord = Readonly<Record<string, unknown>>;

/** Means and deviations by the names that transformers has for them. */
const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const imagenet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const openai = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** Pillow's numbers. */
const [bilinear, bicubic] = [2, 3];
const basic = {
  do_resize: true,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
};
const square = (edge: number) => ({ height: edge, width: edge });
const cropped = (edge: number) => ({ do_center_crop: true, crop_size: square(edge) });
const detection = {
  ...basic,
  ...imagenet,
  resample: bilinear,
  size: { shortest_edge: 800, longest_edge: 1333 },
  do_pad: true,
};
const crops = (mean: typeof half, resample: number, edge: number) => ({
  ...basic,
  ...mean,
  resample,
  size: { shortest_edge: edge },
  ...cropped(224),
});

/** Name without `ImageProcessor` → its defaults, as in transformers 5.18. */
export const processorDefaults: Readonly<Record<string, ConfigRecord>> = {
  ViT: { ...basic, ...half, resample: bilinear, size: square(224) },
  DeiT: { ...basic, ...half, resample: bicubic, size: square(256), ...cropped(224) },
  Beit: {
    ...basic,
    ...half,
    resample: bicubic,
    size: square(224),
    do_center_crop: false,
    crop_size: square(224),
    do_reduce_labels: false,
  },
  ConvNext: {
    ...basic,
    ...half,
    resample: bicubic,
    size: { shortest_edge: 384 },
    crop_pct: 224 / 256,
  },
  Bit: { ...crops(openai, bicubic, 224), do_convert_rgb: true },
  CLIP: { ...crops(openai, bicubic, 224), do_convert_rgb: true },
  Siglip: { ...basic, ...half, resample: bicubic, size: square(224), do_convert_rgb: true },
  Pvt: { ...basic, ...imagenet, resample: bicubic, size: square(224) },
  MobileNetV1: crops(half, bilinear, 256),
  MobileNetV2: { ...crops(half, bilinear, 256), do_reduce_labels: false },
  EfficientNet: {
    ...basic,
    ...half,
    resample: bicubic,
    size: square(346),
    crop_size: square(289),
    do_center_crop: false,
    rescale_offset: false,
    include_top: true,
  },
  Segformer: {
    ...basic,
    ...imagenet,
    resample: bilinear,
    size: square(512),
    do_reduce_labels: false,
  },
  Detr: detection,
  Yolos: detection,
};

/** Which processors take one number as the size of the shortest edge; for others it is a square. */
export const takesShortestEdge: ReadonlySet<string> = new Set([
  ...["ConvNext", "Bit", "CLIP", "MobileNetV1", "MobileNetV2", "Detr", "Yolos"],
]);
