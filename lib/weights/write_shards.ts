/**
 * Writes a checkpoint in one file, or in shards with an index when it is larger than one may be.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { positive, record, type Rules, text } from "../core/option_rules.ts";
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { mistakes } from "../core/errors.ts";
import {
  compareTexts,
  storedBytes,
  type TensorToWrite,
  writeSafetensors,
} from "./write_safetensors.ts";

/** How a checkpoint is split. */
export interface ShardOptions {
  /** The most tensor bytes of one file; 5 GB by default. A larger tensor stands alone. */
  maxShardBytes?: number;
  /** Free-form texts for the header of every file; `{ format: "pt" }` by default. */
  metadata?: Readonly<Record<string, string>>;
  /** What the files are called; `model` by default, and `diffusion_pytorch_model` in diffusers. */
  stem?: string;
}

const rules: Rules<ShardOptions> = { maxShardBytes: positive, metadata: record, stem: text };

/** The limit that the transformers library uses, too. */
const DEFAULT_SHARD_BYTES = 5e9;
const SHARD_DIGITS = 5;

/**
 * Writes `model.safetensors` to the folder, or `model-00001-of-0000n.safetensors` and so on with
 * `model.safetensors.index.json`. Files of an earlier checkpoint there are replaced. Returns the
 * names of the files.
 *
 * @example
 * ```ts
 * import { writeShards } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const data = Float32Array.of(1, 2);
 * const files = await writeShards(folder, [{ name: "bias", dtype: "F32", shape: [2], data }]);
 * assert.deepEqual(files, ["model.safetensors"]);
 * ```
 */
export async function writeShards(
  folder: string,
  tensors: Iterable<TensorToWrite>,
  options: ShardOptions = {},
): Promise<string[]> {
  checkOptions("writeShards", options, rules);
  const { maxShardBytes = DEFAULT_SHARD_BYTES, metadata = { format: "pt" }, stem = "model" } =
    options;
  const list = [...tensors];
  // Shards are checked one by one, so a name that is in two of them would pass.
  const repeated = list.filter(({ name }, i) => list.findIndex((t) => t.name === name) < i);
  if (repeated.length > 0) {
    throw mistakes(
      "weights",
      `cannot write ${folder}:`,
      repeated.map(({ name }) => `tensor "${name}" is given twice`),
    );
  }
  const shards = split(list, maxShardBytes);
  const names = shards.map((_, i) => shardName(stem, i, shards.length));
  for (const [i, shard] of shards.entries()) {
    await writeSafetensors(join(folder, names[i]), shard, metadata);
  }
  if (shards.length > 1) {
    const map = shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]] as const));
    const index = {
      metadata: { total_size: list.reduce((sum, tensor) => sum + storedBytes(tensor), 0) },
      weight_map: Object.fromEntries(map.sort(([a], [b]) => compareTexts(a, b))),
    };
    // The index comes last, because it is what makes the shards a checkpoint.
    const indexFile = `${stem}.safetensors.index.json`;
    await writeFileAtomic(join(folder, indexFile), JSON.stringify(index, null, 2) + "\n");
    names.push(indexFile);
  }
  await removeOthers(folder, stem, names);
  return names;
}

function split(tensors: readonly TensorToWrite[], maxShardBytes: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = storedBytes(tensor);
    if (filled + bytes > maxShardBytes && shards.at(-1)!.length > 0) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(tensor);
    filled += bytes;
  }
  return shards;
}

function shardName(stem: string, index: number, count: number): string {
  if (count === 1) return `${stem}.safetensors`;
  const [number, total] = [index + 1, count].map((n) => String(n).padStart(SHARD_DIGITS, "0"));
  return `${stem}-${number}-of-${total}.safetensors`;
}

/** Removes what an earlier checkpoint left, which a reader could take for this one. */
async function removeOthers(
  folder: string,
  stem: string,
  kept: readonly string[],
): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const ours = name.startsWith(stem) &&
      /^(?:-\d{5}-of-\d{5})?\.safetensors(?:\.index\.json)?$/.test(name.slice(stem.length));
    if (ours && !kept.includes(name)) await Deno.remove(join(folder, name));
  }
}
