/**
 * What transformers.js answers in Deno.
 *
 * @module
 */
import { dirname } from "node:path";
import process from "node:process";
import { askTransformersJs, type ReaderLabel, type ReaderMask } from "./ask_transformers_js.ts";
import { type DeployedImages, threshold } from "./deployed_images.ts";

/** The answers to image files, asked as files of a person's are. */
export async function askInDeno(
  { task, folder, labels }: DeployedImages,
  images: readonly Uint8Array<ArrayBuffer>[],
): Promise<readonly (readonly ReaderLabel[] | ReaderMask)[]> {
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  const transformers = await import("@huggingface/transformers");
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = dirname(folder);
  const files = images.map((bytes) => new Blob([bytes], { type: "image/png" }));
  const request = { task, model: task, labels, threshold };
  return await askTransformersJs(transformers as never, request, files);
}
