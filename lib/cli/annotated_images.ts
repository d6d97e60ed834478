/**
 * Images with what is known of them, in the folders and files that other tools write, as a command line names them.
 *
 * @module
 */
import { join } from "node:path";
import { isRecord } from "../core/objects.ts";
import { exists } from "../core/exists.ts";
import { imageFolder } from "../data/images/image_folder.ts";
import { maskFolder } from "../data/images/mask_folder.ts";
import { readCoco } from "../data/images/read_coco.ts";
import { readVoc } from "../data/images/read_voc.ts";
import { readYolo } from "../data/images/read_yolo.ts";
import type { Table } from "../table/table.ts";

/** What a task on images reads beside tables. */
interface AnnotatedImages {
  /** What it is, for help and errors. */
  readonly what: string;
  /** The rows of a folder. */
  folder(path: string): Promise<Table>;
  /** The rows of a file that is no table; undefined for one that may be. */
  file?(path: string): Promise<Table | undefined>;
}

const byClass: AnnotatedImages = {
  what: "a folder of images by class",
  folder: (path) => imageFolder(path),
};

/** Task → the images that it reads beside tables. */
export const annotatedImages: Readonly<Record<string, AnnotatedImages | undefined>> = {
  "image-classification": byClass,
  "image-generation": byClass,
  "image-segmentation": {
    what: "a folder with images/ and masks/",
    folder: (path) => maskFolder(path),
  },
  "object-detection": {
    what: "COCO's JSON, YOLO's data.yaml, a folder of YOLO or Pascal VOC",
    folder: async (path) => await isVoc(path) ? await readVoc(path) : await readYolo(path),
    async file(path) {
      if (/\.ya?ml$/i.test(path)) return await readYolo(path);
      return await isCoco(path) ? await readCoco(path) : undefined;
    },
  },
};

/** Whether a folder has Pascal VOC's XML files, in it or in `Annotations`. */
async function isVoc(folder: string): Promise<boolean> {
  if (await exists(join(folder, "Annotations"))) return true;
  for await (const { name } of Deno.readDir(folder)) if (/\.xml$/i.test(name)) return true;
  return false;
}

/** Whether a file is an object with COCO's lists; a table of rows is a list, or has columns of one length. */
async function isCoco(file: string): Promise<boolean> {
  if (!/\.json$/i.test(file) || !await exists(file)) return false;
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(file));
    return isRecord(value) &&
      ["images", "annotations", "categories"].every((key) => Array.isArray(value[key]));
  } catch {
    // The reader of tables tells what is wrong.
    return false;
  }
}
