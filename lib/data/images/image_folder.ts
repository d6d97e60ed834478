/**
 * Images sorted into folders by class, as a table.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { oneOf } from "../../core/option_rules.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { folderFiles, isImageName } from "./folder_files.ts";
import { type SplitName, splitNamed } from "./split_names.ts";

/** What the datasets library has beside images: their names in `file_name`, and captions or whatever else. */
const metadataFile = /(^|\/)metadata\.(jsonl|csv|parquet)$/;

/** How to read a folder. */
export interface ImageFolderOptions {
  /** What becomes of files that are no images, such as a licence; "refuse" by default. */
  others?: "refuse" | "skip";
}

/**
 * A table of the images in `folder`, with the columns `image` (an absolute path) and `label` (the name of the
 * folder that the image is in, `cats` for `cats/1.jpg` and for `cats/small/1.jpg`). Where the folders above
 * are named train, validation (val, valid, dev) and test, the column `split` says which. Rows are in the
 * order of their paths; hidden files are left out.
 *
 * Throws one `TunebookError` of kind "data" with all that is wrong: images outside a class, folders without
 * images, files that are no images, folders of which some are named as splits and some are not.
 *
 * @example
 * ```ts
 * import { imageFolder } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * for (const path of ["train/cats", "train/dogs", "test/cats"]) {
 *   await Deno.mkdir(`${folder}/${path}`, { recursive: true });
 *   await Deno.writeFile(`${folder}/${path}/1.jpg`, new Uint8Array());
 * }
 * const table = await imageFolder(folder);
 * assert.deepEqual(table.array("label"), ["cats", "cats", "dogs"]);
 * assert.deepEqual(table.array("split"), ["test", "train", "train"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function imageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<Table> {
  checkOptions("imageFolder", options, { others: oneOf(["refuse", "skip"]) });
  if (typeof folder !== "string" || folder === "") {
    throw new TunebookError("input", `imageFolder takes a path, but got ${shownValue(folder)}`);
  }
  const { files, empty } = await folderFiles(folder);
  const wrong: string[] = [];
  if (options.others !== "skip") {
    for (const file of files.filter((each) => !isImageName(each))) {
      wrong.push(
        metadataFile.test(file)
          ? `${shownName(file)} says more of the images: readTable(${
            quoted(join(folder, file))
          }) reads it, and them beside it; { others: "skip" } leaves it out`
          : `${shownName(file)} is no image; move it, or give { others: "skip" }`,
      );
    }
  }
  wrong.push(...empty.map((each) => `the folder ${shownName(each)} is empty`));
  const images = files.filter(isImageName);
  const hasSplits = splitsAbove(images, wrong);
  const rows = images.map((path) => rowOf(path, hasSplits));
  images.forEach((path, index) => {
    if (rows[index].label !== undefined) return;
    wrong.push(`${shownName(path)} is in no folder of a class`);
  });
  if (images.length === 0) wrong.push("there is no image in it");
  if (wrong.length > 0) {
    throw mistakes("data", `${folder} is not a folder of images by class:`, wrong);
  }
  return tableFromColumns({
    image: images.map((path) => resolve(folder, path)),
    label: rows.map(({ label }) => label),
    ...(hasSplits ? { split: rows.map(({ split }) => split) } : {}),
  }, folder);
}

/** Whether the upper folders are splits; tells of a mixture. */
function splitsAbove(images: readonly string[], wrong: string[]): boolean {
  const upper = [...new Set(images.filter((path) => path.includes("/")).map(firstPart))];
  const splits = upper.filter(splitNamed);
  if (splits.length === 0) return false;
  const classes = upper.filter((name) => !splitNamed(name));
  if (classes.length > 0) {
    wrong.push(
      `the folders ${splits.map(shownName).join(", ")} are named as splits, and ` +
        `${classes.slice(0, 3).map(shownName).join(", ")} beside them are not`,
    );
  }
  return true;
}

const firstPart = (path: string) => path.split("/", 1)[0];

function rowOf(
  path: string,
  hasSplits: boolean,
): { label: string | undefined; split: SplitName | undefined } {
  const folders = path.split("/").slice(0, -1);
  const split = hasSplits ? splitNamed(folders.shift() ?? "") : undefined;
  return { label: folders[0], split };
}
