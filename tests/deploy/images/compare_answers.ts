/**
 * How far the answers of transformers.js are from those of the trained model.
 *
 * @module
 */
import type { PixelSize } from "../../../lib/image/pixel_size.ts";
import type { ReaderLabel, ReaderMask } from "./ask_transformers_js.ts";
import type { OwnAnswer } from "./deployed_images.ts";

/** How answers differ, over all images. */
export interface AnswerDifferences {
  readonly images: number;
  /** Images with the same label, the same objects in their order, or the same class of every pixel. */
  readonly equal: number;
  /** The largest difference of a probability; of objects in images where these are the same. */
  readonly probability: number;
  /** The largest difference of an edge of a box as a share of the image, likewise. */
  readonly edge: number;
  /** Pixels of another class, and all pixels. */
  readonly pixels: readonly [other: number, all: number];
}

/** How many labels the model says of all images together: with one alone, equal answers would say little. */
export function labelsSaid(own: readonly OwnAnswer[]): number {
  return new Set(own.flatMap(({ task, answer }) => {
    if (task === "image-classification") return [answer.label];
    const said = task === "object-detection" ? answer.objects : answer.labels;
    return said.map(({ label }) => label);
  })).size;
}

/** Compares the answers to each image. */
export function compareAnswers(
  own: readonly OwnAnswer[],
  found: readonly (readonly ReaderLabel[] | ReaderMask)[],
  sizes: readonly PixelSize[],
): AnswerDifferences {
  if (own.length !== found.length) throw new Error(`${found.length} answers of ${own.length}`);
  let [equal, probability, edge, other, all] = [0, 0, 0, 0, 0];
  own.forEach(({ task, answer }, at) => {
    if (task === "image-segmentation") {
      const { width, height, data } = found[at] as ReaderMask;
      const { mask } = answer;
      if (width !== mask.width || height !== mask.height) {
        throw new Error(`image ${at + 1}: a mask of ${width} × ${height} pixels`);
      }
      const wrong = data.filter((id, pixel) => id !== mask.data[pixel]).length;
      [other, all, equal] = [other + wrong, all + data.length, equal + Number(wrong === 0)];
      return;
    }
    const labels = (found[at] as readonly ReaderLabel[]).toSorted((a, b) => b.score - a.score);
    if (task === "image-classification") {
      if (labels[0].label === answer.label) equal++;
      for (const { label, score } of labels) {
        probability = Math.max(probability, Math.abs(score - answer.probabilities[label]));
      }
      return;
    }
    const { objects } = answer;
    const isSame = objects.length === labels.length &&
      objects.every(({ label }, object) => label === labels[object].label);
    if (!isSame) return;
    equal++;
    const { width, height } = sizes[at];
    objects.forEach(({ score, box: [x, y, w, h] }, object) => {
      const { score: theirs, box } = labels[object];
      const { xmin, ymin, xmax, ymax } = box!;
      probability = Math.max(probability, Math.abs(score - theirs));
      const edges = [xmin - x / width, xmax - (x + w) / width];
      edges.push(ymin - y / height, ymax - (y + h) / height);
      edge = Math.max(edge, ...edges.map(Math.abs));
    });
  });
  return { images: own.length, equal, probability, edge, pixels: [other, all] };
}

/** Rounding of two runtimes: probabilities and edges are of the order of 1. */
const tolerance = 1e-4;
/** Pixels between two classes that are equally likely may fall to either: at most this share. */
const boundaryShare = 1e-4;

/** Whether both say the same but for rounding. */
export function areSame(
  { images, equal, probability, edge, pixels: [other, all] }: AnswerDifferences,
): boolean {
  if (probability > tolerance || edge > tolerance) return false;
  return all > 0 ? other <= boundaryShare * all : equal === images;
}
