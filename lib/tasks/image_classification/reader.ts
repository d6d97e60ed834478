/**
 * How transformers.js asks for the labels of images.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import { largestOutput, type ReaderContract } from "../../nn/reader_contract.ts";
import type { ReaderPipeline } from "../../text/transformers_js.ts";
import { predictionsOf } from "../shared/class_predictions.ts";
import { compareScores, distance, type ScoredLabel } from "../shared/compare_scores.ts";
import { resizedPng } from "../shared/resized_png.ts";
import { pixelsFor, placedImages } from "../shared/image_rows.ts";
import type { ImageInput } from "../shared/image_input.ts";
import type { ImagePrediction } from "./prediction.ts";

/** What the contract depends on. */
export interface ImageReaderOptions {
  /** The column of the image. */
  readonly image: string;
  readonly kind: LabelKind;
  readonly labels: readonly string[];
}

/**
 * `image-classification`, every label with its score. The pipeline takes the softmax of all models; those of
 * several labels and of numbers are asked by its processor and its model.
 *
 * Images are given to it in the size that the model's processor resizes them to: transformers.js makes large images smaller without
 * smoothing, so that its pixels of those are others than Python's, whatever the model.
 */
export function imageReader(
  { image, kind, labels }: ImageReaderOptions,
): ReaderContract<ImageInput, ImagePrediction> {
  return {
    pipeline: "image-classification",
    inputsOf: (table) => placedImages(table, image) as ImageInput[],
    joined: () => [],
    longInputs: () => true,
    limit: () => limits[kind],
    request: () => ({
      kind: kind === "regression" ? "imageNumber" : "imageLabels",
      several: kind === "multi",
    }),
    async ask(reader, inputs, processor) {
      const { pixels } = pixelsFor("image-classification", processor);
      const files = await Promise.all(
        inputs.map(async (input) => new Blob([await resizedPng(input, pixels)])),
      );
      if (kind !== "single") return await numbersOf(reader, files, { kind, labels });
      return await reader.ask(files, { top_k: labels.length }) as ScoredLabel[][];
    },
    compare: (found, { answer }) =>
      kind === "regression"
        ? { difference: distance(Number(found), Number(answer.label)) }
        : compareScores(found as ScoredLabel[], answer),
    sizeOf: ({ outputs }) => Math.max(1, largestOutput(outputs)),
  };
}

const limits: Readonly<Record<LabelKind, string | undefined>> = {
  single: undefined,
  multi:
    'transformers.js\' pipeline("image-classification") takes the softmax of all labels; ask its ' +
    "model, model(await processor(images)), whose logits are those of sigmoid",
  regression:
    'transformers.js\' pipeline("image-classification") makes 1 of every number; ask its ' +
    "model, model(await processor(images)), which gives the numbers",
};

/** What the reader's own processor and model say, with the names of its `config.json`. */
async function numbersOf(
  reader: ReaderPipeline,
  images: readonly Blob[],
  { kind, labels }: Pick<ImageReaderOptions, "kind" | "labels">,
): Promise<readonly unknown[]> {
  const { logits } = await reader.imageOutputs(images);
  const numbers = Float32Array.from(logits.data);
  if (kind === "regression") return [...numbers];
  const names = reader.config.id2label as Readonly<Record<number, string>>;
  const truth = new Float32Array(numbers.length);
  const { probabilities } = predictionsOf({ kind, labels, logits: numbers, truth });
  return images.map((_, row) =>
    labels.map((_, at) => ({ label: names[at], score: probabilities[row * labels.length + at] }))
  );
}
