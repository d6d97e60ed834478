/**
 * The `data.yaml` of a YOLO data set: names of classes, and where each split is.
 *
 * @module
 */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { readText } from "../../core/read_text.ts";
import { folderFiles, isAnyImageName } from "./folder_files.ts";
import { type SplitName, splitNamed } from "./split_names.ts";

/** What a data set's file says. */
export interface YoloData {
  /** So many numbers of key points follow each box; 0 where labels have none. */
  readonly keyPointNumbers: number;
  /** Class number → name. */
  readonly names: ReadonlyMap<number, string>;
  /** Images as absolute paths, by split; under no name where there is no split. */
  readonly images: ReadonlyMap<SplitName | undefined, readonly string[]>;
  /** The folder of the data set. */
  readonly folder: string;
}

/** The file with a name a line that annotation tools write beside `images` and `labels`. */
const classesFile = "classes.txt";
/** What a data set's file is called unless a path names another one. */
const dataFile = "data.yaml";

/**
 * Reads the file, or a folder: that with a `data.yaml` in it, or one of `images`, `labels` and `classes.txt`, as
 * Label Studio and others export it. Throws a `TunebookError` of kind "data" that names what is wrong.
 */
export async function readYoloData(path: string): Promise<YoloData> {
  if (!await isFolder(path)) return await readDataFile(path);
  const inside = join(path, dataFile);
  return await exists(inside) ? await readDataFile(inside) : await readExport(path);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

async function readExport(folder: string): Promise<YoloData> {
  const classes = join(folder, classesFile);
  const missing = [];
  for (const each of [classes, join(folder, "images")]) if (!await exists(each)) missing.push(each);
  if (missing.length > 0) {
    throw new TunebookError(
      "data",
      `${folder} has no ${dataFile}, nor both ${classesFile} and images, as annotation tools write them`,
    );
  }
  const lines = (await readText(classes)).split(/\r?\n/).map((line) => line.trim());
  // An empty line in between is a class, too; at the end it is none.
  const last = lines.findLastIndex((line) => line !== "");
  const names = namesIn(lines.slice(0, last + 1), classes);
  const images = await imagesIn("images", resolve(folder), `images of ${folder}`);
  return {
    names,
    images: new Map([[undefined, images]]),
    keyPointNumbers: 0,
    folder: resolve(folder),
  };
}

async function readDataFile(path: string): Promise<YoloData> {
  let data: unknown;
  const { parse } = await import("yaml");
  try {
    // Names such as 01, True and null are the texts that stand there, not numbers and the like.
    data = parse(await readText(path), { maxAliasCount: 0, schema: "failsafe" });
  } catch (error) {
    // The parser shows the lines around the mistake below its first one.
    const reason = messageOf(error).split("\n", 1)[0].replace(/:$/, "");
    throw new TunebookError("data", `cannot read ${path}: ${reason}`, { cause: error });
  }
  if (!isRecord(data)) {
    throw new TunebookError("data", `${path} is not YOLO's YAML of named values`);
  }
  const names = namesIn(data.names, path);
  checkNames(names, data.nc, path);
  const root = resolve(
    dirname(path),
    typeof data.path === "string" && !isNothing(data.path) ? data.path : "",
  );
  const images = new Map<SplitName, string[]>();
  for (const [key, value] of Object.entries(data)) {
    const split = splitNamed(key);
    if (split === undefined || isNothing(value)) continue;
    const sources = Array.isArray(value) ? value : [value];
    const found = images.get(split) ?? [];
    for (const source of sources) found.push(...await imagesIn(source, root, `${key} of ${path}`));
    images.set(split, found);
  }
  if (images.size === 0) {
    throw new TunebookError(
      "data",
      `${path} has no train, val or test, which say where images are`,
    );
  }
  return {
    names,
    images,
    keyPointNumbers: keyPointNumbersIn(data.kpt_shape, path),
    folder: resolve(dirname(path)),
  };
}

/** How YAML writes that there is no value. */
function isNothing(value: unknown): boolean {
  return typeof value === "string" && /^(|~|null)$/i.test(value);
}

/** A list of names, or names by number. */
function namesIn(names: unknown, path: string): Map<number, string> {
  const entries = Array.isArray(names)
    ? names.map((name, at) => [at, name] as const)
    : isRecord(names)
    ? Object.entries(names).map(([key, name]) => [Number(key), name] as const)
    : [];
  const isGood = entries.length > 0 &&
    entries.every(([key, name]) => Number.isSafeInteger(key) && typeof name === "string");
  if (isGood) return new Map(entries as [number, string][]);
  throw new TunebookError(
    "data",
    `${path} has the names ${shownValue(names)}; they are a list, or names by class number`,
  );
}

/** Throws where two classes have one name, or are not as many as `nc` says. */
function checkNames(names: ReadonlyMap<number, string>, count: unknown, path: string): void {
  const byName = Map.groupBy(names.keys(), (number) => names.get(number)!);
  const wrong = [...byName].filter(([, numbers]) => numbers.length > 1)
    .map(([name, numbers]) => `the classes ${numbers.join(" and ")} are named ${quoted(name)}`);
  if (count !== undefined && Number(count) !== names.size) {
    wrong.push(`nc is ${shownValue(count)}, but names has ${names.size}`);
  }
  if (wrong.length > 0) throw mistakes("data", `${path} has mistakes:`, wrong);
}

/** `kpt_shape` is the number of key points of an object, and how many numbers each has. */
function keyPointNumbersIn(shape: unknown, path: string): number {
  if (shape === undefined) return 0;
  const numbers = Array.isArray(shape) ? shape.map(Number) : [];
  const [points, each] = numbers;
  if (numbers.length === 2 && Number.isSafeInteger(points) && points > 0 && [2, 3].includes(each)) {
    return points * each;
  }
  throw new TunebookError(
    "data",
    `${path} has the kpt_shape ${
      shownValue(shape)
    }; it is a number of key points, and 2 or 3 for each`,
  );
}

/** The images of a folder, or those that a text file lists. */
async function imagesIn(source: unknown, root: string, where: string): Promise<string[]> {
  if (typeof source !== "string") {
    throw new TunebookError("data", `${where} is ${shownValue(source)}, but must be a path`);
  }
  const path = await present(source, root);
  if (path === undefined) {
    throw new TunebookError("data", `${where} is ${source}, which is not in ${root}`);
  }
  if ((await Deno.stat(path)).isDirectory) {
    const { files } = await folderFiles(path);
    return files.filter(isAnyImageName).map((file) => join(path, file));
  }
  const lines = (await readText(path)).split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  // "./" is the folder of the list, as in YOLO's own files.
  return lines.map((line) =>
    line.startsWith("./") ? resolve(dirname(path), line) : resolve(root, line)
  );
}

/** Exporters write `../train` for `train` beside the file, and YOLO's own reader accepts it. */
async function present(source: string, root: string): Promise<string | undefined> {
  const candidates = [resolve(root, source)];
  if (!isAbsolute(source) && source.startsWith("../")) {
    candidates.push(resolve(root, source.slice(3)));
  }
  for (const path of candidates) if (await exists(path)) return path;
}
