/**
 * Reads the XML of Pascal VOC (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html).
 *
 * @module
 */
import { basename, extname, join, resolve } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { isRecord } from "../../core/objects.ts";
import type { Rule } from "../../core/option_rules.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { readText } from "../../core/read_text.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { ImageObject } from "../../image/image_object.ts";
import type { Table } from "../../table/table.ts";
import { folderFiles, isAnyImageName } from "./folder_files.ts";
import { type ObjectOptions, type ObjectRow, objectRules, objectTable } from "./object_table.ts";
import { sizeMistakes } from "./stated_sizes.ts";

/** How to read Pascal VOC. */
export interface VocOptions extends ObjectOptions {
  /**
   * The number of the first pixel. 1, the default, is the standard's: `xmin` and `xmax` are the first and
   * the last pixel, from 1. With 0, as many tools write, `xmax - xmin` is the width.
   */
  firstPixel?: 0 | 1;
}

const firstPixelRule: Rule = ["0 or 1", (value) => value === 0 || value === 1];

/**
 * A table of the images that XML files in `folder` describe, with the columns `image` (an absolute path)
 * and `objects`. The XML is in `folder/Annotations` with the images in `folder/JPEGImages`, or both are in
 * `folder`; images may be elsewhere (`images`).
 *
 * Throws one `TunebookError` of kind "data" with all that is wrong, by file.
 *
 * @example
 * ```ts
 * import { readVoc } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const gif = Uint8Array.fromBase64("R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=");
 * await Deno.writeFile(`${folder}/1.gif`, gif);
 * await Deno.writeTextFile(`${folder}/1.xml`, `<annotation>
 *   <filename>1.gif</filename><size><width>2</width><height>3</height><depth>3</depth></size>
 *   <object><name>cat</name>
 *     <bndbox><xmin>1</xmin><ymin>2</ymin><xmax>2</xmax><ymax>3</ymax></bndbox></object>
 * </annotation>`);
 * const table = await readVoc(folder);
 * assert.deepEqual(table.get("objects", 0), [{ box: [0, 1, 2, 2], label: "cat" }]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readVoc(folder: string, options: VocOptions = {}): Promise<Table> {
  checkOptions("readVoc", options, { ...objectRules, firstPixel: firstPixelRule });
  if (typeof folder !== "string" || folder === "") {
    throw new TunebookError("input", `readVoc takes a folder, but got ${shownValue(folder)}`);
  }
  const { firstPixel = 1 } = options;
  const isStandard = await exists(join(folder, "Annotations"));
  const notes = isStandard ? join(folder, "Annotations") : folder;
  const pictures = options.images ?? (isStandard ? join(folder, "JPEGImages") : folder);
  const images = (await folderFiles(pictures)).files.filter(isAnyImageName);
  const wrong: string[] = [];
  const rows: ObjectRow[] = [];
  for (const file of (await folderFiles(notes)).files.filter((each) => /\.xml$/i.test(each))) {
    try {
      const { filename, ...found } = await parseVoc(
        await readText(join(notes, file)),
        firstPixel,
      );
      const image = imageOf(file, filename, images);
      if (image === undefined) {
        throw new Error(`its image ${quoted(filename)} is not in ${pictures}`);
      }
      rows.push({ ...found, image: resolve(pictures, image), where: file });
    } catch (error) {
      wrong.push(`${shownName(file)}: ${messageOf(error)}`);
    }
  }
  wrong.push(...await sizeMistakes(rows));
  return objectTable(folder, rows, wrong, options);
}

/** The image that has the name, in the same folder if there are several; or the name of the XML file. */
function imageOf(file: string, filename: string, images: readonly string[]): string | undefined {
  const stem = file.slice(0, -extname(file).length);
  const named = images.filter((image) =>
    basename(image) === basename(filename.replaceAll("\\", "/"))
  );
  const beside = (image: string) => image.slice(0, -extname(image).length) === stem;
  return named.find(beside) ?? (named.length === 1 ? named[0] : undefined) ?? images.find(beside);
}

type VocFile = Pick<ObjectRow, "size" | "objects"> & { readonly filename: string };

async function parseVoc(xml: string, firstPixel: 0 | 1): Promise<VocFile> {
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "object" });
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`line ${valid.err.line} is no XML: ${valid.err.msg}`);
  const { annotation } = parser.parse(xml);
  if (!isRecord(annotation)) throw new Error("there is no <annotation> in it");
  const { filename, size, object = [] } = annotation;
  const [width, height] = numbersIn(size, ["width", "height"], "size");
  const objects = (object as unknown[]).map((each, at) =>
    objectOf(each, `object ${at + 1}`, firstPixel)
  );
  return {
    filename: typeof filename === "string" ? filename : "",
    size: { width, height },
    objects,
  };
}

function objectOf(object: unknown, name: string, firstPixel: 0 | 1): ImageObject {
  if (!isRecord(object) || typeof object.name !== "string" || object.name === "") {
    throw new Error(`${name} has no name`);
  }
  const [left, top, right, bottom] = numbersIn(
    object.bndbox,
    ["xmin", "ymin", "xmax", "ymax"],
    `the bndbox of ${name}`,
  );
  if (firstPixel === 1 && (left < 1 || top < 1)) {
    throw new Error(
      `${name} begins at pixel ${Math.min(left, top)}, but pixels count from 1; if yours count ` +
        "from 0, give { firstPixel: 0 }",
    );
  }
  const [x, y] = [left - firstPixel, top - firstPixel];
  return { box: [x, y, right - x, bottom - y], label: object.name };
}

function numbersIn(value: unknown, names: readonly string[], where: string): number[] {
  return names.map((name) => {
    const text = isRecord(value) ? value[name] : undefined;
    const number = typeof text === "string" && text !== "" ? Number(text) : NaN;
    if (!Number.isFinite(number)) throw new Error(`${where} lacks the number ${name}`);
    return number;
  });
}
