/**
 * Asks transformers.js for its answers to images, in Deno and in a browser alike.
 *
 * @module
 */

/** What is asked of transformers.js, whose own types know each task by name. */
interface TransformersJs {
  readonly pipeline: (task: string, model: string, options: object) => Promise<
    ((image: unknown, options: object) => Promise<unknown>) & { dispose(): Promise<unknown> }
  >;
}

/** What is asked. */
export interface ReaderRequest {
  readonly task: "image-classification" | "object-detection" | "image-segmentation";
  /** The name of the folder below `env.localModelPath`. */
  readonly model: string;
  readonly labels: readonly string[];
  readonly threshold: number;
}

/** A label with its score, and for objects the corners of its box as shares of the image. */
export interface ReaderLabel {
  readonly label: string;
  readonly score: number;
  readonly box?: Readonly<Record<"xmin" | "ymin" | "xmax" | "ymax", number>>;
}

/** The label number of each pixel, -1 for none, row by row. */
export interface ReaderMask {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/**
 * The answers of the pipeline to each image, in a form that is JSON.
 *
 * A browser gets the text of this function: it refers to nothing outside.
 */
export async function askTransformersJs(
  { pipeline }: TransformersJs,
  { task, model, labels, threshold }: ReaderRequest,
  images: readonly unknown[],
): Promise<readonly (readonly ReaderLabel[] | ReaderMask)[]> {
  const ask = await pipeline(task, model, { dtype: "fp32" });
  const answers: (readonly ReaderLabel[] | ReaderMask)[] = [];
  for (const image of images) {
    if (task === "image-classification") {
      answers.push(await ask(image, { top_k: labels.length }) as ReaderLabel[]);
    } else if (task === "object-detection") {
      answers.push(await ask(image, { threshold, percentage: true }) as ReaderLabel[]);
    } else {
      const found = await ask(image, {}) as {
        label: string;
        mask: { width: number; height: number; data: ArrayLike<number> };
      }[];
      const [{ mask: { width, height } }] = found;
      const data = Array.from({ length: width * height }, () => -1);
      for (const { label, mask } of found) {
        const id = labels.indexOf(label);
        for (let at = 0; at < data.length; at++) if (mask.data[at] > 0) data[at] = id;
      }
      answers.push({ width, height, data });
    }
  }
  await ask.dispose();
  return answers;
}
