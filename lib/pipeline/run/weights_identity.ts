/**
 * Which weights a run started from, without reading all of a large checkpoint.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isGraphFile } from "../../weights/graph/graph_file.ts";
import { graphFiles } from "../../weights/graph/read_graph_file.ts";
import { openWeights } from "../../weights/open_weights.ts";
import { parseShardIndex } from "../../weights/shard_index.ts";

const blockBytes = 64 * 1024;
/** Enough to notice any training of a tensor; a table with a few other rows may pass unseen. */
const blocksPerTensor = 8;

/**
 * A sha256 (hexadecimal) of each file's size, its header (names, types, shapes; of GGUF also the vocabulary) and up
 * to eight blocks of 64 KiB of each tensor, evenly spaced from its first to its last byte; tensors
 * of at most 512 KiB enter whole. All shards of an index count, in the order of their names.
 *
 * @param path a `.safetensors` or `.gguf` file, the index of one in shards, or a graph, which enters whole
 */
export async function weightsIdentity(path: string): Promise<string> {
  const hash = createHash("sha256");
  if (isGraphFile(path)) {
    for (const file of await graphFiles(path)) hash.update(await Deno.readFile(file));
  } else {
    for (const file of await weightsFiles(path)) await addFile(hash, file);
  }
  return hash.digest("hex");
}

/** The files that hold the weights: the shards of an index, the file itself otherwise. */
export async function weightsFiles(path: string): Promise<string[]> {
  if (!path.endsWith(".json")) return [path];
  const { shards } = parseShardIndex(path, await Deno.readTextFile(path));
  return [...shards].sort().map((shard) => join(dirname(path), shard));
}

async function addFile(hash: Hash, path: string): Promise<void> {
  using weights = await openWeights(path);
  const tensors = [...weights.tensors.values()].sort((a, b) => a.offset - b.offset);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    hash.update(`${size}\n`);
    await addBytes(hash, file, 0, tensors[0]?.offset ?? size);
    for (const { offset, bytes } of tensors) {
      if (bytes <= blocksPerTensor * blockBytes) {
        await addBytes(hash, file, offset, bytes);
        continue;
      }
      for (let i = 0; i < blocksPerTensor; i++) {
        const start = Math.floor(i * (bytes - blockBytes) / (blocksPerTensor - 1));
        await addBytes(hash, file, offset + start, blockBytes);
      }
    }
  } finally {
    await file.close();
  }
}

async function addBytes(hash: Hash, file: FileHandle, from: number, bytes: number): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, from);
  hash.update(buffer.subarray(0, bytesRead));
}
