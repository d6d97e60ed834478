/**
 * Checks a downloaded file against the hash that the hub promised.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A hash and how it is computed. */
export interface Checksum {
  /** `git` is the sha1 of `blob <length>\0` and the content, as git names its objects. */
  readonly method: "sha256" | "git";
  /** The hash in lower-case hexadecimal. */
  readonly hex: string;
}

/** The checksum that a hub etag stands for; undefined when it is no content hash. */
export function checksumOf(etag: string | undefined): Checksum | undefined {
  if (etag === undefined) return undefined;
  if (/^[0-9a-f]{64}$/.test(etag)) return { method: "sha256", hex: etag };
  if (/^[0-9a-f]{40}$/.test(etag)) return { method: "git", hex: etag };
}

/** Hashes a file, streamed, and returns the hash in hexadecimal. */
export async function hashFile(path: string, method: Checksum["method"]): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash(method === "git" ? "sha1" : "sha256");
  if (method === "git") hash.update(`blob ${(await file.stat()).size}\0`);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let read; (read = await file.read(chunk)) !== null;) {
    hash.update(chunk.subarray(0, read));
  }
  return hash.digest("hex");
}

const CHUNK_BYTES = 2 ** 20;
