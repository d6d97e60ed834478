/**
 * Reads the data sets of YOLO: a `data.yaml`, images, and a text file of boxes or outlines for each
 * (https://docs.ultralytics.com/datasets/detect/).
 *
 * @module
 */
import { extname, relative } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { yesOrNo } from "../../core/option_rules.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { readText } from "../../core/read_text.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { ImageObject } from "../../image/image_object.ts";
import { imageSize } from "../../image/image_size.ts";
import { polygonMask } from "../../image/masks/polygon_mask.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { Table } from "../../table/table.ts";
import { type ObjectOptions, type ObjectRow, objectRules, objectTable } from "./object_table.ts";
import { readYoloData, type YoloData } from "./yolo_data.ts";

/** How to read YOLO's files. */
export interface YoloOptions extends Omit<ObjectOptions, "images"> {
  /** Whether outlines become masks; true by default. Boxes alone take less memory. */
  masks?: boolean;
}

/**
 * A table of the images that a `data.yaml` names, with the columns `image` (an absolute path), `objects` and
 * `split`. A folder is read by the `data.yaml` in it, or without one, and without `split`, by its `classes.txt` with a
 * name a line, as Label Studio and other annotation tools export it. The labels of `images/train/1.jpg` are in
 * `labels/train/1.txt`, or beside the image; an image without such a file has no objects. A line is a class and a box
 * (middle, width and height as parts of the image), or a class and the corners of an outline. Of key points
 * (`kpt_shape`) the box alone is read.
 *
 * Throws one `TunebookError` of kind "data" with all that is wrong, by file and line.
 *
 * @example
 * ```ts
 * import { readYolo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const gif = Uint8Array.fromBase64("R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=");
 * await Deno.mkdir(`${folder}/images`);
 * await Deno.mkdir(`${folder}/labels`);
 * await Deno.writeFile(`${folder}/images/1.gif`, gif);
 * await Deno.writeTextFile(`${folder}/labels/1.txt`, "0 0.5 0.5 1 1\n");
 * await Deno.writeTextFile(`${folder}/data.yaml`, "train: images\nnames: [cat]\n");
 * const table = await readYolo(`${folder}/data.yaml`);
 * assert.deepEqual(table.get("objects", 0), [{ box: [0, 0, 2, 3], label: "cat" }]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readYolo(path: string, options: YoloOptions = {}): Promise<Table> {
  checkOptions("readYolo", options, { repair: objectRules.repair, masks: yesOrNo });
  if (typeof path !== "string" || path === "") {
    throw new TunebookError(
      "input",
      `readYolo takes the path of a data.yaml or of its folder, but got ${shownValue(path)}`,
    );
  }
  const { names, images, keyPointNumbers, folder } = await readYoloData(path);
  const { masks = true } = options;
  const wrong: string[] = [];
  const rows: ObjectRow[] = [];
  let labelFiles = 0;
  for (const [split, files] of images) {
    for (const image of files) {
      const where = relative(folder, image).replaceAll("\\", "/");
      const labels = await labelPath(image);
      try {
        const size = await imageSize(await Deno.readFile(image), { where: shownName(where) });
        const hasLabels = await exists(labels);
        if (hasLabels) labelFiles++;
        const lines = hasLabels ? (await readText(labels)).split(/\r?\n/) : [];
        const file = relative(folder, labels).replaceAll("\\", "/");
        const objects = lines.flatMap((line, at) =>
          line.trim() === "" ? [] : objectOf(line, size, {
            names,
            keyPointNumbers,
            masks,
            where: `${shownName(file)} line ${at + 1}`,
            wrong,
          })
        );
        rows.push({ image, where, size, objects, more: split === undefined ? {} : { split } });
      } catch (error) {
        wrong.push(
          error instanceof TunebookError
            ? error.message
            : `cannot read ${shownName(where)}: ${messageOf(error)}`,
        );
      }
    }
  }
  if (rows.length > 0 && labelFiles === 0) {
    wrong.push(`no image has labels: ${await labelPath(rows[0].image)} and its like are missing`);
  }
  return objectTable(path, rows, wrong, options);
}

/** The last folder that is named images becomes labels, unless labels are beside the image alone. */
async function labelPath(image: string): Promise<string> {
  const stem = image.slice(0, -extname(image).length);
  const parts = stem.split(/([\\/])/);
  const at = parts.lastIndexOf("images");
  if (at < 0) return `${stem}.txt`;
  const usual = `${parts.with(at, "labels").join("")}.txt`;
  return !await exists(usual) && await exists(`${stem}.txt`) ? `${stem}.txt` : usual;
}

/** A class, and the middle, the width and the height of a box. */
const boxNumbers = 5;
/** A class, and x and y of three corners. */
const leastOutline = 7;
/** Rounded numbers may be a little beyond the edge. */
const roundingTolerance = 1e-3;

/** What a line is read with. */
interface LineContext extends Pick<YoloData, "names" | "keyPointNumbers"> {
  readonly masks: boolean;
  /** The file and the line, for mistakes. */
  readonly where: string;
  /** Takes what is wrong. */
  readonly wrong: string[];
}

/** The object of a line, or nothing where a mistake was told. */
function objectOf(
  line: string,
  { width, height }: PixelSize,
  { names, keyPointNumbers, masks, where, wrong }: LineContext,
): ImageObject[] {
  const cells = line.trim().split(/\s+/);
  const numbers = cells.map(Number);
  const [number, ...parts] = keyPointNumbers > 0 ? numbers.slice(0, boxNumbers) : numbers;
  const label = names.get(number);
  const isOutline = keyPointNumbers === 0 && cells.length >= leastOutline && cells.length % 2 === 1;
  const mistake = !numbers.every(Number.isFinite)
    ? `is ${quoted(line.trim())}, which is not numbers`
    : keyPointNumbers > 0 && cells.length !== boxNumbers + keyPointNumbers
    ? `has ${cells.length} numbers; with this kpt_shape there are ${boxNumbers + keyPointNumbers}`
    : keyPointNumbers === 0 && cells.length !== boxNumbers && !isOutline
    ? `has ${cells.length} numbers; a box has ${boxNumbers}, an outline an odd number from ${leastOutline}`
    : label === undefined
    ? `has the class ${cells[0]}, which has no name`
    : parts.some((part) => part < -roundingTolerance || part > 1 + roundingTolerance)
    ? "has numbers outside 0 to 1, which are no parts of the image"
    : undefined;
  if (mistake !== undefined || label === undefined) {
    wrong.push(`${where} ${mistake}`);
    return [];
  }
  if (!isOutline) {
    const [x, y, w, h] = parts;
    return [{ box: [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height], label }];
  }
  const outline = parts.map((part, at) => part * (at % 2 === 0 ? width : height));
  const xs = outline.filter((_, at) => at % 2 === 0);
  const ys = outline.filter((_, at) => at % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [{
    box: [left, top, Math.max(...xs) - left, Math.max(...ys) - top],
    label,
    ...(masks ? { mask: polygonMask(outline, width, height) } : {}),
  }];
}
