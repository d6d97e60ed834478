/**
 * Images with a PNG mask each, in two folders, as a table.
 *
 * @module
 */
import { extname, join, resolve } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { text } from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { folderFiles, isImageName } from "./folder_files.ts";
import { splitNamed } from "./split_names.ts";

/** Where images and masks are. */
export interface MaskFolderOptions {
  /** The folder of the images within `folder`; "images" by default. */
  images?: string;
  /** The folder of the masks within `folder`; "masks" by default. */
  masks?: string;
}

/**
 * A table with the columns `image` and `mask`, absolute paths of an image and of its PNG mask: those of the
 * same name apart from the ending, `images/train/1.jpg` and `masks/train/1.png`. Where the first folders
 * within are named as splits, the column `split` says which. `readMask` reads a mask.
 *
 * Throws one `TunebookError` of kind "data" that lists images without a mask, masks without an image, masks
 * that are not PNG and names that stand for two images.
 *
 * @example
 * ```ts
 * import { maskFolder } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * for (const path of ["images/1.jpg", "masks/1.png"]) {
 *   await Deno.mkdir(`${folder}/${path.split("/")[0]}`);
 *   await Deno.writeFile(`${folder}/${path}`, new Uint8Array());
 * }
 * const table = await maskFolder(folder);
 * assert.match(table.get("mask", 0), /1\.png$/);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function maskFolder(folder: string, options: MaskFolderOptions = {}): Promise<Table> {
  checkOptions("maskFolder", options, { images: text, masks: text });
  if (typeof folder !== "string" || folder === "") {
    throw new TunebookError("input", `maskFolder takes a path, but got ${shownValue(folder)}`);
  }
  const { images = "images", masks = "masks" } = options;
  const wrong: string[] = [];
  const imageOf = await filesByName(folder, images, wrong);
  const maskOf = await filesByName(folder, masks, wrong);
  for (const [name, path] of imageOf) {
    if (!maskOf.has(name)) wrong.push(`${shownName(path)} has no mask in ${masks}`);
  }
  for (const [name, path] of maskOf) {
    if (!imageOf.has(name)) wrong.push(`${shownName(path)} has no image in ${images}`);
    else if (!/\.png$/i.test(path)) wrong.push(`${shownName(path)} is no PNG, as masks must be`);
  }
  if (imageOf.size === 0) wrong.push(`there is no image in ${images}`);
  if (wrong.length > 0) {
    throw mistakes("data", `${folder} does not have a mask for each image:`, wrong);
  }
  const names = [...imageOf.keys()];
  const splits = names.map((name) =>
    name.includes("/") ? splitNamed(name.split("/")[0]) : undefined
  );
  return tableFromColumns({
    image: names.map((name) => resolve(folder, imageOf.get(name)!)),
    mask: names.map((name) => resolve(folder, maskOf.get(name)!)),
    ...(splits.every(Boolean) ? { split: splits } : {}),
  }, folder);
}

/** Paths by their name without the ending. */
async function filesByName(
  folder: string,
  within: string,
  wrong: string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of (await folderFiles(join(folder, within))).files) {
    if (!isImageName(file)) continue;
    const name = file.slice(0, -extname(file).length);
    const before = found.get(name);
    if (before !== undefined) {
      wrong.push(`${shownName(before)} and ${shownName(`${within}/${file}`)} have one name`);
    }
    found.set(name, `${within}/${file}`);
  }
  return found;
}
