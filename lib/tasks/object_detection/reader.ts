/**
 * How transformers.js asks for the objects in images.
 *
 * @module
 */
import {
  type AnswerDifference,
  type ExpectedAnswer,
  largestOutput,
  type ReaderContract,
} from "../../nn/reader_contract.ts";
import type { CornerBox } from "./compare_boxes.ts";
import { detectorOf } from "./detector.ts";
import { croppingObstacle } from "../shared/cropping_obstacle.ts";
import { resizedPng } from "../shared/resized_png.ts";
import type { ImageInput } from "../shared/image_input.ts";
import { pixelsFor, placedImages } from "../shared/image_rows.ts";
import type { DetectionPrediction } from "./prediction.ts";

const task = "object-detection";

/** What the contract depends on. */
export interface DetectionReaderOptions {
  /** The column of the image. */
  readonly image: string;
  readonly labels: readonly string[];
}

/**
 * `object-detection` with every object that the pipeline tells at all, one image at a time, as it asks for.
 * Boxes are asked as shares of the image, since the pipeline cuts pixels down to whole numbers.
 *
 * Images are given to it in the size that the model's processor resizes them to: transformers.js makes large images smaller without
 * smoothing, so that its pixels of those are others than Python's, whatever the model.
 */
export function detectionReader(
  { image, labels }: DetectionReaderOptions,
): ReaderContract<ImageInput, DetectionPrediction> {
  return {
    pipeline: task,
    inputsOf: (table) => placedImages(table, image) as ImageInput[],
    joined: () => [],
    longInputs: () => true,
    obstacle: (processor) => croppingObstacle(processor, "boxes"),
    request: () => ({ kind: "boxes" }),
    async ask(reader, inputs, processor) {
      const { pixels } = pixelsFor(task, processor);
      const answers: unknown[] = [];
      for (const input of inputs) {
        const file = new Blob([await resizedPng(input, pixels)]);
        answers.push(await reader.ask(file, { threshold: 0, percentage: true }));
      }
      return answers;
    },
    compare: (found, expected, tolerance) => compared(found, expected, { labels, tolerance }),
    sizeOf: ({ outputs }) => Math.max(1, largestOutput(outputs)),
  };
}

function compared(
  found: unknown,
  { outputs: [output], processor }: ExpectedAnswer<ImageInput, DetectionPrediction>,
  about: { readonly labels: readonly string[]; readonly tolerance: number },
): AnswerDifference {
  const detector = detectorOf(processor, { task, classes: about.labels.length, loss: {} });
  return detector.compare(found as readonly CornerBox[], output, about);
}
