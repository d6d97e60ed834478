/**
 * Reads parts of a file of weights, also long after it was opened.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { TensorInfo } from "./weights.ts";

/** Bytes of a file from an offset on. */
export function readAt(path: string, file: Deno.FsFile, offset: number, bytes: number) {
  const target = new Uint8Array(bytes);
  fill(path, file, offset, target);
  return target;
}

/**
 * Fills `target` with the bytes from an offset on. Synchronous, because seek and read must not
 * interleave with those of another pending read.
 */
export function fill(path: string, file: Deno.FsFile, offset: number, target: Uint8Array): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < target.length;) {
    const read = file.readSync(target.subarray(done));
    if (read === null) {
      throw new TunebookError(
        "weights",
        `${path} became shorter while it was read; fetch it again`,
      );
    }
    done += read;
  }
}

/** A tensor's place, or an error with the nearest name. */
export function findTensor(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  name: string,
): TensorInfo {
  const info = tensors.get(name);
  if (info) return info;
  throw new TunebookError(
    "weights",
    `${path} has no tensor "${name}"${didYouMean(name, tensors.keys())}`,
  );
}

/** Opens a file again; one that has changed since it was opened first is an error. */
export function openUnchanged(path: string, before: Deno.FileInfo): Deno.FsFile {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    throw new TunebookError("weights", `cannot open ${path} again: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const now = file.statSync();
  const same = now.ino === before.ino && now.size === before.size &&
    now.mtime?.getTime() === before.mtime?.getTime();
  if (same) return file;
  file.close();
  throw new TunebookError("weights", `${path} changed while the model was in use; load it again`);
}

/** Opens a file for reading. */
export async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    // Opening a pipe that nobody writes to would wait without end.
    if ((await Deno.stat(path)).isFile) return await Deno.open(path);
  } catch (error) {
    throw new TunebookError(
      "weights",
      `cannot open ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  throw new TunebookError("weights", `cannot open ${path}: it is not a file`);
}
