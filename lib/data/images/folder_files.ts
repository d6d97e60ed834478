/**
 * The files of a folder and of the folders in it.
 *
 * @module
 */
import { extname, join } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";

/** A folder with its files, hidden ones left out. */
export interface FolderFiles {
  /** Files as paths from the folder, with forward slashes, in order. */
  readonly files: readonly string[];
  /** Folders in which there is nothing, likewise. */
  readonly empty: readonly string[];
}

/** What systems leave behind. */
const clutter = /^(\..*|Thumbs\.db|desktop\.ini|__MACOSX|@eaDir)$/i;

/** Endings of images that can be decoded. */
const imageEndings = /^\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;

/** Endings of images that other tools read, and that cannot be decoded here. */
const otherEndings = /^\.(bmp|dng|heic|heif|jp2|mpo|pfm)$/i;

/** Whether a file is named as an image of any kind is, also as one that reading then refuses by its kind. */
export function isAnyImageName(path: string): boolean {
  return isImageName(path) || otherEndings.test(extname(path));
}

/** Whether a file is named as an image is that can be decoded. */
export function isImageName(path: string): boolean {
  return imageEndings.test(extname(path));
}

/**
 * Lists a folder and what is below it, links followed. Hidden files, such as `.DS_Store`, are left out.
 *
 * Throws a `TunebookError` of kind "data" for what is no folder, and for links that lead in a circle.
 */
export async function folderFiles(root: string): Promise<FolderFiles> {
  const found: { files: string[]; empty: string[] } = { files: [], empty: [] };
  await walk(root, "", [], found);
  return { files: found.files.sort(byCode), empty: found.empty.sort(byCode) };
}

const byCode = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

async function walk(
  root: string,
  below: string,
  above: readonly string[],
  found: { files: string[]; empty: string[] },
): Promise<void> {
  const folder = join(root, below);
  try {
    const real = await Deno.realPath(folder);
    if (above.includes(real)) throw new Error(`a link leads back to ${real}`);
    let isEmpty = true;
    for await (const entry of Deno.readDir(folder)) {
      if (clutter.test(entry.name)) continue;
      isEmpty = false;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const isFolder = entry.isSymlink
        ? (await Deno.stat(join(root, path))).isDirectory
        : entry.isDirectory;
      if (isFolder) await walk(root, path, [...above, real], found);
      else found.files.push(path);
    }
    if (isEmpty && below !== "") found.empty.push(below);
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError("data", `cannot list ${folder}: ${messageOf(error)}`, { cause: error });
  }
}
