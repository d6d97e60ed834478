/**
 * How transformers.js asks for the classes of pixels.
 *
 * @module
 */
import { imageBytes } from "../../image/image_bytes.ts";
import { imageSize } from "../../image/image_size.ts";
import {
  type AnswerDifference,
  largestOutput,
  type ReaderContract,
} from "../../nn/reader_contract.ts";
import { croppingObstacle } from "../shared/cropping_obstacle.ts";
import { resizedPng } from "../shared/resized_png.ts";
import { placedImages } from "../shared/image_rows.ts";
import type { ImageInput } from "../shared/image_input.ts";
import { logitAt, type MapSizes } from "./mask_of_logits.ts";
import type { SegmentedImage } from "./prediction.ts";
import { segmentationPixels } from "./segmentation_pixels.ts";

/** What the pipeline answers for each class that it found. */
interface FoundMask {
  readonly label: string;
  /** 255 where a pixel has the class. */
  readonly mask: {
    readonly width: number;
    readonly height: number;
    readonly data: ArrayLike<number>;
  };
}

/** What the contract depends on. */
export interface SegmentationReaderOptions {
  readonly task: string;
  /** The column of the image. */
  readonly image: string;
  readonly labels: readonly string[];
}

/**
 * `image-segmentation`, a mask for each class that some pixel has, at the size of the image: images are given in
 * the size that the processor resizes them to (`resizedPng`), with the size that masks are to have. A pixel whose class is another
 * one counts as half of the distance between the two logits, which is how far one of them must be off.
 */
export function segmentationReader(
  { task, image, labels }: SegmentationReaderOptions,
): ReaderContract<ImageInput, SegmentedImage> {
  return {
    pipeline: "image-segmentation",
    inputsOf: (table) => placedImages(table, image) as ImageInput[],
    joined: () => [],
    longInputs: () => true,
    obstacle: (processor) => croppingObstacle(processor, "masks"),
    request: () => ({ kind: "masks" }),
    async ask(reader, inputs, processor) {
      const { pixels } = segmentationPixels(task, processor);
      const found: unknown[] = [];
      // The pipeline takes one image at a time.
      for (const input of inputs) {
        const bytes = await imageBytes(input);
        const { width, height } = await imageSize(bytes, { where: "the image" });
        const file = new Blob([await resizedPng(input, pixels)]);
        found.push(await reader.ask(file, { target_sizes: [[height, width]] }));
      }
      return found;
    },
    compare(found, { answer, outputs: [logits], processor }) {
      const { mapSize: [height, width] } = segmentationPixels(task, processor);
      const maps = { classes: labels.length, height, width };
      return compareMasks(found as FoundMask[], answer, { labels, logits, maps });
    },
    sizeOf: ({ outputs }) => Math.max(1, largestOutput(outputs)),
  };
}

function compareMasks(
  found: readonly FoundMask[],
  { mask: { width, height, data } }: SegmentedImage,
  { labels, logits, maps }: {
    readonly labels: readonly string[];
    readonly logits: Float32Array;
    readonly maps: MapSizes;
  },
): AnswerDifference {
  const classes = new Int32Array(width * height).fill(-1);
  for (const { label, mask } of found) {
    const id = labels.indexOf(label);
    if (id < 0) return { difference: 0, problem: `it has the label ${label}, which is none` };
    if (mask.width !== width || mask.height !== height) {
      const sizes = `${mask.width} × ${mask.height} instead of ${width} × ${height}`;
      return { difference: 0, problem: `its mask has ${sizes} pixels` };
    }
    for (let at = 0; at < classes.length; at++) if (mask.data[at] > 0) classes[at] = id;
  }
  const without = classes.indexOf(-1);
  if (without >= 0) return { difference: 0, problem: `the pixel ${without} has no class` };
  let difference = 0;
  const logit = logitAt(logits, maps, { width, height });
  for (let at = 0; at < classes.length; at++) {
    if (classes[at] === data[at]) continue;
    const lead = logit(data[at], at) - logit(classes[at], at);
    difference = Math.max(difference, lead / 2);
  }
  return { difference };
}
