/**
 * The index of a checkpoint that is split into shards (`model.safetensors.index.json`).
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";

/** Which shard holds which tensor. */
export interface ShardIndex {
  /** Tensor name → file name of its shard, in the folder of the index. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** Every shard's file name, once. */
  readonly shards: readonly string[];
}

/**
 * Parses an index. Shard names must be plain file names, so that an index cannot point out of its
 * folder; anything else is an error that names the index and the key.
 */
export function parseShardIndex(path: string, text: string): ShardIndex {
  const fail = (what: string) => new TunebookError("weights", `${path} ${what}`);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw fail(`is not JSON: ${messageOf(error)}`);
  }
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (!isRecord(map)) {
    throw fail(`has no "weight_map" object from tensor names to files`);
  }
  const shardOf = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== "string") {
      throw fail(`maps tensor "${name}" to ${JSON.stringify(shard)}, which is not a file name`);
    }
    if (!/^(?!\.)[^/\\\0]+\.safetensors$/.test(shard)) {
      throw fail(
        `maps tensor "${name}" to "${shard}"; a shard must be a .safetensors file beside the index`,
      );
    }
    shardOf.set(name, shard);
  }
  if (shardOf.size === 0) throw fail(`has an empty "weight_map"`);
  return { shardOf, shards: [...new Set(shardOf.values())].sort() };
}
