/**
 * Three small models of images that are trained and deployed for transformers.js, with images that they did
 * not see.
 *
 * @module
 */
import { join } from "node:path";
import {
  columnValues,
  type DetectionPrediction,
  full,
  imageClassification,
  type ImagePrediction,
  imageSegmentation,
  model,
  objectDetection,
  onnx,
  type SegmentedImage,
  type Table,
} from "tunebook";
import { emoji, emojiScenes } from "tunebook/datasets";
import { packageFolder } from "../../../lib/core/package_folder.ts";
import { decodeImage } from "../../../lib/image/decode_image.ts";
import { squares } from "../../tasks/object_detection/squares.ts";
import { maskedSquares, maskLabels } from "./masked_squares.ts";

/** What a trained model says of images of each task. */
export type OwnAnswer =
  | { readonly task: "image-classification"; readonly answer: ImagePrediction }
  | { readonly task: "object-detection"; readonly answer: DetectionPrediction }
  | { readonly task: "image-segmentation"; readonly answer: SegmentedImage };

type ImageFiles = readonly Uint8Array<ArrayBuffer>[];

/** A deployed folder with images and what the trained model says of them. */
export interface DeployedImages {
  readonly task: OwnAnswer["task"];
  readonly folder: string;
  /** The names of the labels, in their order. */
  readonly labels: readonly string[];
  /** The files of held-out images in the size that the model takes. */
  readonly images: ImageFiles;
  /** Images of other kinds, by what they are. */
  readonly others: Readonly<Record<string, ImageFiles>>;
  /** What `result.predict` says of any images. */
  predict(images: readonly Uint8Array[]): Promise<readonly OwnAnswer[]>;
  dispose(): Promise<void>;
}

/** Objects that are surer than this are compared; "nothing" is then never surer, which transformers.js leaves out. */
export const threshold = 0.5;
const quiet = { quiet: true } as const;

/** Trains the three models one after another and deploys them below `parent`. */
export const deployedImages: readonly ((
  parent: string,
  heldOut: number,
) => Promise<DeployedImages>)[] = [classifier, detector, segmenter];

async function classifier(parent: string, heldOut: number): Promise<DeployedImages> {
  const folder = join(parent, "image-classification");
  const [data, test] = halves(await emoji({ rows: 300 + heldOut }), heldOut);
  const result = await model("new:vit", { ...small, imageSize: 64, patchSize: 8 })
    .data(data, imageClassification({ image: "image", label: "category" }), { test })
    .adapt(full())
    .train({ epochs: 4, batchSize: 20, learningRate: 2e-3 })
    .deploy(onnx(folder))
    .run(quiet);
  return {
    task: "image-classification",
    folder,
    labels: result.predictions.labels,
    images: filesOf(test),
    others: {
      "200 × 200": filesOf(await emojiScenes({ rows: heldOut, size: 200, seed: 2 })),
      "32 × 32": filesOf(await emojiScenes({ rows: heldOut, size: 32, seed: 2 })),
      transparent: await seeThrough(test),
    },
    predict: async (images) =>
      (await result.predict(images)).map((answer) => ({ task: "image-classification", answer })),
    dispose: () => result.dispose(),
  };
}

async function detector(parent: string, heldOut: number): Promise<DeployedImages> {
  const folder = join(parent, "object-detection");
  const test = await squares(heldOut, { seed: 2 });
  const result = await model("new:yolos", { ...small, imageSize: 32, patchSize: 8, queries: 4 })
    .data(
      await squares(300),
      objectDetection({ image: "image", objects: "objects", threshold }),
      { test },
    )
    .adapt(full())
    .train({ epochs: 20, batchSize: 20, learningRate: 3e-3 })
    .deploy(onnx(folder))
    .run(quiet);
  return {
    task: "object-detection",
    folder,
    labels: result.predictions.labels,
    images: filesOf(test),
    others: {
      "100 × 100": filesOf(await squares(heldOut, { seed: 2, side: 100 })),
      "16 × 16": filesOf(await squares(heldOut, { seed: 2, side: 16 })),
    },
    predict: async (images) =>
      (await result.predict(images)).map((answer) => ({ task: "object-detection", answer })),
    dispose: () => result.dispose(),
  };
}

async function segmenter(parent: string, heldOut: number): Promise<DeployedImages> {
  const folder = join(parent, "image-segmentation");
  const test = await maskedSquares(heldOut, 64, 2);
  const result = await model("new:segformer", {
    ...{ hiddenSize: 64, layers: 1, heads: 4 },
    imageSize: 64,
  })
    .data(
      await maskedSquares(60, 64, 1),
      imageSegmentation({ image: "image", mask: "mask", labels: maskLabels }),
      { test },
    )
    .adapt(full())
    .train({ epochs: 10, batchSize: 6, learningRate: 3e-3 })
    .deploy(onnx(folder))
    .run(quiet);
  return {
    task: "image-segmentation",
    folder,
    labels: maskLabels,
    images: filesOf(test),
    others: {
      "200 × 200": filesOf(await squares(heldOut, { seed: 2, side: 200 })),
      "32 × 32": filesOf(await squares(heldOut, { seed: 2 })),
    },
    predict: async (images) =>
      (await result.predict(images)).map((answer) => ({ task: "image-segmentation", answer })),
    dispose: () => result.dispose(),
  };
}

const small = { hiddenSize: 48, layers: 2, heads: 3 } as const;

/** The rows but for the last ones, and these. */
function halves(table: Table, last: number): [Table, Table] {
  const rows = table.numRows();
  return [table.slice(0, rows - last).reify(), table.slice(rows - last, rows).reify()];
}

function filesOf(table: Table): ImageFiles {
  return columnValues(table, "image").map((cell) => {
    const bytes = cell instanceof Uint8Array ? cell : (cell as { bytes: Uint8Array }).bytes;
    return Uint8Array.from(bytes);
  });
}

/**
 * The files of emoji as their package has them, transparent around the drawing; without grey ones, which
 * transformers.js refuses in Deno and Node where they have an alpha channel.
 */
async function seeThrough(table: Table): Promise<ImageFiles> {
  const folder = join(packageFolder("emoji-datasource-google"), "img", "google", "64");
  const files: Uint8Array<ArrayBuffer>[] = [];
  for (const cell of columnValues(table, "image")) {
    const { path } = cell as { readonly path: string };
    const bytes = await Deno.readFile(join(folder, path));
    if ((await decodeImage(bytes, { where: path })).channels === 4) files.push(bytes);
  }
  return files;
}
