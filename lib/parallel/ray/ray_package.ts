/**
 * The files that a job is sent along with, as the archive that Ray unpacks.
 *
 * @module
 */
import { zipSync } from "fflate";
import { TunebookError } from "../../core/errors.ts";

/** Files by their paths in the archive, which have slashes between folders. */
export type PackedFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** What Ray takes, unless it is told otherwise: 512 MiB. */
const mostBytes = 512 * 2 ** 20;
/** The earliest date that the format knows, so that the same files are the same archive. */
const date = new Date(1980, 0, 1, 12);

/** An archive, and what its content is known by: 16 hexadecimal digits of its SHA-256. */
export interface RayPackage {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Throws an error of kind "input" where files of so many bytes are more than Ray takes. */
export function refuseLargeFiles(sizes: ReadonlyMap<string, number>): void {
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes <= mostBytes) return;
  const [largest, size] = [...sizes].sort(([, a], [, b]) => b - a)[0];
  throw new TunebookError(
    "input",
    `the files of this plan have ${inMebibytes(bytes)} MiB, and Ray takes ${
      inMebibytes(mostBytes)
    }; ` +
      `the largest is ${largest} with ${
        inMebibytes(size)
      }. Put them where all nodes read them, and ` +
      "name them by absolute paths, which stay as they are.",
  );
}

/** Packs files. */
export async function rayPackage(files: PackedFiles): Promise<RayPackage> {
  const sorted = [...files].sort(([a], [b]) => a < b ? -1 : 1);
  const content = zipSync(Object.fromEntries(sorted), { mtime: date }) as Uint8Array<ArrayBuffer>;
  return { name: `_ray_pkg_${await digest(content)}.zip`, content };
}

/** What files are known by: 16 hexadecimal digits. */
export async function digest(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex().slice(0, 16);
}

function inMebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
