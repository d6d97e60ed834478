/**
 * What transformers.js answers in a headless Chromium, which gets everything from this machine.
 *
 * @module
 */
import { dirname } from "node:path";
import { openChromiumPage, readerFolders } from "../chromium_page.ts";
import { askTransformersJs, type ReaderLabel, type ReaderMask } from "./ask_transformers_js.ts";
import { type DeployedImages, threshold } from "./deployed_images.ts";

/** The answers to image files. Throws where there is no Chromium, and with what the page says went wrong. */
export async function askInChromium(
  { task, folder, labels }: DeployedImages,
  images: readonly Uint8Array<ArrayBuffer>[],
): Promise<readonly (readonly ReaderLabel[] | ReaderMask)[]> {
  const paths = images.map((_, at) => `/images/${at}.png`);
  return await openChromiumPage({
    script: scriptOf({ task, model: task, labels, threshold }, paths),
    folders: { ...await readerFolders(), models: dirname(folder) },
    files: Object.fromEntries(paths.map((path, at) => [path, images[at]])),
  });
}

/** What the page does: it gives `report`, which is sent. */
function scriptOf(request: object, paths: readonly string[]): string {
  return `
${askTransformersJs.toString()}
  transformers.env.localModelPath = "/models/";
  const paths = ${JSON.stringify(paths)};
  report = await askTransformersJs(transformers, ${JSON.stringify(request)}, paths);
`;
}
