/**
 * Opens a checkpoint, whether it is one file, an index with shards, or a folder with either.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { didYouMean } from "../core/nearest.ts";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { readText } from "../core/read_text.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { openGguf } from "./gguf/open_gguf.ts";
import { openSafetensors, type WeightFile } from "./safetensors.ts";
import { parseShardIndex } from "./shard_index.ts";
import type { TensorInfo, Weights } from "./weights.ts";

/** File name of a checkpoint in one piece. */
export const WEIGHTS_FILE = "model.safetensors";

/** File name of the index of a checkpoint in shards. */
export const INDEX_FILE = "model.safetensors.index.json";

/** The same of denoisers, as diffusers names them: in one piece, and the index of shards. */
export const DENOISER_WEIGHTS_FILE = "diffusion_pytorch_model.safetensors";
export const DENOISER_INDEX_FILE = "diffusion_pytorch_model.safetensors.index.json";

/**
 * Opens the weights at `path`: a `.safetensors` file, an index, a `.gguf` file (float32, under the
 * names of transformers), or a folder that holds
 * `model.safetensors`, `model.safetensors.index.json`, diffusers' names of the two, or exactly one
 * `.safetensors` file.
 *
 * @example
 * ```ts
 * import { openWeights, writeShards } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const data = new Float32Array(4);
 * await writeShards(folder, [
 *   { name: "a", dtype: "F32", shape: [4], data },
 *   { name: "b", dtype: "F32", shape: [4], data },
 * ], { maxShardBytes: 16 });
 *
 * using weights = await openWeights(folder);
 * assert.deepEqual([...weights.tensors.keys()], ["a", "b"]);
 * ```
 */
export async function openWeights(path: string): Promise<Weights> {
  const found = await isFolder(path) ? await findWeights(path) : path;
  if (isGguf(found)) return await openGguf(found);
  return found.endsWith(".json") ? await openShards(found) : await openSafetensors(found);
}

/** The weights file or index in a folder. Throws when there is none or the choice is not clear. */
export async function findWeights(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  for (const name of [WEIGHTS_FILE, INDEX_FILE, DENOISER_WEIGHTS_FILE, DENOISER_INDEX_FILE]) {
    if (names.includes(name)) return join(folder, name);
  }
  const others = names.filter((name) => name.endsWith(".safetensors")).sort();
  if (others.length === 1) return join(folder, others[0]);
  const isOnnx = names.some((name) => name === "onnx" || name.endsWith(".onnx"));
  throw new TunebookError(
    "weights",
    others.length === 0
      ? `${folder} has no weights: looked for ${WEIGHTS_FILE}, ${INDEX_FILE} or one ` +
        "*.safetensors file" +
        (isOnnx ? ". Its ONNX files are for transformers.js; merged(folder) writes weights" : "")
      : `${folder} has ${others.length} weight files and no index: ${others.join(", ")}. ` +
        `Give the path of one of them.`,
  );
}

async function openShards(path: string): Promise<Weights> {
  const { shardOf, shards } = parseShardIndex(path, await readIndex(path));
  const files = new Map<string, WeightFile>();
  const close = () => files.forEach((file) => file.close());
  try {
    const problems: string[] = [];
    for (const shard of shards) {
      try {
        files.set(shard, await openSafetensors(join(dirname(path), shard)));
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    for (const [name, shard] of shardOf) {
      if (files.has(shard) && !files.get(shard)!.tensors.has(name)) {
        problems.push(`${shard} lacks tensor "${name}", which ${basename(path)} puts there`);
      }
    }
    if (problems.length > 0) {
      throw mistakes("weights", `${path} does not match its shards:`, problems);
    }
  } catch (error) {
    close();
    throw error;
  }
  const { tensors, home } = gather(files, shardOf);
  const find = (name: string): WeightFile => {
    const file = home.get(name);
    if (file) return file;
    throw new TunebookError(
      "weights",
      `${path} has no tensor "${name}"${didYouMean(name, tensors.keys())}`,
    );
  };
  return {
    path,
    tensors,
    close,
    [Symbol.dispose]: close,
    read: async (name) => await find(name).read(name),
    readSync: (name) => find(name).readSync(name),
    readFloat32: async (name) => await find(name).readFloat32(name),
    readFloat32Sync: (name) => find(name).readFloat32Sync(name),
  };
}

/** All tensors of all shards, those too that the index forgot: they must not pass unseen. */
function gather(files: ReadonlyMap<string, WeightFile>, shardOf: ReadonlyMap<string, string>) {
  const tensors = new Map<string, TensorInfo>();
  const home = new Map<string, WeightFile>();
  for (const [shard, file] of files) {
    for (const [name, info] of file.tensors) {
      if ((shardOf.get(name) ?? shard) !== shard) continue;
      tensors.set(name, { ...info, file: file.path });
      home.set(name, file);
    }
  }
  return { tensors, home };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    throw new TunebookError(
      "weights",
      `cannot open ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function readIndex(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    throw new TunebookError(
      "weights",
      `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
