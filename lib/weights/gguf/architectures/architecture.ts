/**
 * What tunebook knows of an architecture of GGUF files.
 *
 * @module
 */
import type { GgufFields } from "../gguf_fields.ts";

/**
 * What llama.cpp's converter has done to a tensor and is undone: rows of queries and of keys that
 * stand in pairs, a one that was added, rows and columns that were swapped.
 */
export type Change = "queries" | "keys" | "addedOne" | "transposed";

/** A tensor in a checkpoint of transformers, without `.weight` or `.bias`. */
export type TensorName = string | readonly [name: string, change: Change];

/** Names of tensors without `.weight` or `.bias`, as the file has them. */
export type TensorNames = Readonly<Record<string, TensorName>>;

/** One architecture, by the name that `general.architecture` has. */
export interface GgufArchitecture {
  readonly name: string;
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** The fields of config.json but for the vocabulary and its tokens. */
  config(fields: GgufFields): Record<string, unknown>;
  /** Tensors outside the blocks. */
  readonly outside: TensorNames;
  /** Tensors of a block, which have `blk.N.` before them. */
  readonly block: TensorNames;
  /** What stands before a block's number in transformers' names. */
  readonly blocks: string;
}
