/**
 * Reads the JSON of COCO: boxes, outlines, run lengths (https://cocodataset.org/#format-data).
 *
 * @module
 */
import { basename, dirname, relative, resolve } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { isRecord } from "../../core/objects.ts";
import { once } from "../../core/once.ts";
import { yesOrNo } from "../../core/option_rules.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { readText } from "../../core/read_text.ts";
import { shownValue } from "../../core/shown_value.ts";
import { mostPixels } from "../../image/decode_image.ts";
import type { ImageObject } from "../../image/image_object.ts";
import { imageSize } from "../../image/image_size.ts";
import { cocoMask } from "../../image/masks/coco_mask.ts";
import type { Table } from "../../table/table.ts";
import { folderFiles, isImageName } from "./folder_files.ts";
import { type ObjectOptions, type ObjectRow, objectRules, objectTable } from "./object_table.ts";
import { sizeMistakes } from "./stated_sizes.ts";

/** How to read COCO's JSON. */
export interface CocoOptions extends ObjectOptions {
  /** Whether masks are read; true by default. Boxes alone take less memory. */
  masks?: boolean;
}

/**
 * A table of the images in a JSON file of COCO, with the columns `image` (an absolute path), `objects` and
 * `imageId`. Images are looked for beside the file, or in the folder `images`; those whose path leads nowhere, as in
 * exports of Label Studio on another machine, by their name alone in this folder and those below it, where only one
 * has the name and it has the size that the file says. Masks are those that
 * pycocotools reads, pixel by pixel. An image without annotations has no objects.
 *
 * Throws one `TunebookError` of kind "data" with all that is wrong: files that are missing or have another
 * size than the JSON says, annotations of unknown images or categories, boxes that are empty, outside their image or there twice (see
 * `ObjectOptions.repair`), masks that fit no image.
 *
 * @example
 * ```ts
 * import { readCoco } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const gif = Uint8Array.fromBase64("R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=");
 * await Deno.writeFile(`${folder}/1.gif`, gif);
 * await Deno.writeTextFile(`${folder}/coco.json`, JSON.stringify({
 *   images: [{ id: 1, file_name: "1.gif", width: 2, height: 3 }],
 *   categories: [{ id: 7, name: "cat" }],
 *   annotations: [{ id: 1, image_id: 1, category_id: 7, bbox: [0, 1, 2, 2] }],
 * }));
 * const table = await readCoco(`${folder}/coco.json`);
 * assert.deepEqual(table.get("objects", 0), [{ box: [0, 1, 2, 2], label: "cat" }]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readCoco(path: string, options: CocoOptions = {}): Promise<Table> {
  checkOptions("readCoco", options, { ...objectRules, masks: yesOrNo });
  if (typeof path !== "string" || path === "") {
    throw new TunebookError("input", `readCoco takes a path, but got ${shownValue(path)}`);
  }
  const json = await readJsonObject(path);
  const [images, annotations, categories] = ["images", "annotations", "categories"].map((key) =>
    listIn(json, key, path)
  );
  const folder = options.images ?? dirname(path);
  const wrong: string[] = [];
  const labels = labelsOf(categories, wrong);
  const rows = new Map<unknown, CocoRow>();
  for (const [index, image] of images.entries()) {
    const { id, file_name: file, width, height } = image;
    const isGood = typeof file === "string" && id !== undefined && isSide(width) && isSide(height);
    if (!isGood) wrong.push(`image ${index + 1} lacks its id, file_name, width or height`);
    else if (width * height > mostPixels) {
      wrong.push(`image ${index + 1} claims ${width} × ${height} pixels`);
    } else if (rows.has(id)) wrong.push(`two images have the id ${shownValue(id)}`);
    else {
      const more = { imageId: id };
      const size = { width, height };
      rows.set(id, { image: resolve(folder, file), where: file, size, objects: [], more });
    }
  }
  for (const [index, annotation] of annotations.entries()) {
    const { id = index + 1, image_id: imageId, category_id: categoryId } = annotation;
    const name = `annotation ${shownValue(id)}`;
    const row = rows.get(imageId);
    const label = labels.get(categoryId);
    if (!row) {
      wrong.push(`${name} is of the image ${shownValue(imageId)}, which is missing`);
    }
    if (label === undefined) {
      wrong.push(`${name} has the category ${shownValue(categoryId)}, which has no name`);
    }
    if (!row || label === undefined) continue;
    try {
      row.objects.push(objectOf(annotation, label, row, options, name));
    } catch (error) {
      wrong.push(messageOf(error));
    }
  }
  const byName = once(() => imagesByName(folder));
  const present: ObjectRow[] = [];
  for (const row of rows.values()) {
    if (!await exists(row.image)) {
      const { image, where } = await foundByName(row, await byName(), folder);
      if (image === undefined) {
        wrong.push(where);
        continue;
      }
      row.image = image;
    }
    present.push(row);
  }
  wrong.push(...await sizeMistakes(present));
  return objectTable(path, [...rows.values()], wrong, options);
}

/** Images below a folder by their file's name, as absolute paths. */
async function imagesByName(folder: string): Promise<Map<string, string[]>> {
  const { files } = await folderFiles(folder);
  return Map.groupBy(
    files.filter(isImageName).map((file) => resolve(folder, file)),
    (file) => basename(file),
  );
}

/** The one image of this name and size; otherwise what is wrong. */
async function foundByName(
  { where, size }: Pick<ObjectRow, "where" | "size">,
  byName: ReadonlyMap<string, readonly string[]>,
  folder: string,
): Promise<{ readonly image?: string; readonly where: string }> {
  const lost = `the image ${shownName(where)} is not in ${folder}`;
  const found = byName.get(where.split(/[\\/]/).at(-1)!) ?? [];
  if (found.length === 0) return { where: lost };
  if (found.length > 1) return { where: `${lost}, where ${found.length} images have its name` };
  const own = await imageSize(await Deno.readFile(found[0]), { where: shownName(found[0]) });
  if (own.width === size.width && own.height === size.height) return { image: found[0], where };
  return {
    where:
      `${lost}, and ${relative(folder, found[0])} has ${own.width} × ${own.height} pixels, not ` +
      `${size.width} × ${size.height}`,
  };
}

type CocoRow = Omit<ObjectRow, "image" | "objects"> & { image: string; objects: ImageObject[] };
type Entry = Readonly<Record<string, unknown>>;

function isSide(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number > 0;
}

function objectOf(
  { bbox, segmentation, iscrowd, area }: Entry,
  label: string,
  { where, size: { width, height } }: Pick<ObjectRow, "where" | "size">,
  { masks = true }: CocoOptions,
  name: string,
): ImageObject {
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite)) {
    throw new TunebookError(
      "data",
      `${name} of ${shownName(where)} has the bbox ${shownValue(bbox)}, which is not four numbers`,
    );
  }
  const mask = masks
    ? cocoMask(segmentation, width, height, `${name} of ${shownName(where)}`)
    : undefined;
  return {
    box: bbox as unknown as ImageObject["box"],
    label,
    ...(mask ? { mask } : {}),
    ...(iscrowd === 1 || iscrowd === true ? { isCrowd: true } : {}),
    ...(typeof area === "number" ? { area } : {}),
  };
}

function labelsOf(categories: readonly Entry[], wrong: string[]): Map<unknown, string> {
  const labels = new Map<unknown, string>();
  for (const [index, { id, name }] of categories.entries()) {
    if (typeof name !== "string" || id === undefined) {
      wrong.push(`category ${index + 1} lacks its id or name`);
    } else if (labels.has(id)) wrong.push(`two categories have the id ${shownValue(id)}`);
    else if ([...labels.values()].includes(name)) {
      wrong.push(`two categories are named ${quoted(name)}`);
    } else labels.set(id, name);
  }
  return labels;
}

async function readJsonObject(path: string): Promise<Entry> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(path));
  } catch (error) {
    throw new TunebookError("data", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (isRecord(value)) return value;
  throw new TunebookError("data", `${path} is not COCO's JSON, an object of lists`);
}

function listIn(json: Entry, key: string, path: string): Entry[] {
  const list = json[key];
  if (!Array.isArray(list)) {
    throw new TunebookError(
      "data",
      `${path} has no list ${quoted(key)}; COCO's JSON has images, annotations and categories`,
    );
  }
  const wrong = list.flatMap((each, at) => isRecord(each) ? [] : [`${key} ${at + 1} is no object`]);
  if (wrong.length > 0) throw mistakes("data", `${path} has mistakes:`, wrong);
  return list;
}
