/**
 * What a checkpoint brings for a task beside its body: a head of its own, and the names of what that
 * gives.
 *
 * @module
 */
import type { Family, ModelConfig } from "../nn/family.ts";
import { classifierOf, headOf } from "../nn/task_head.ts";
import { isStoredHead } from "./checkpoint_names.ts";
import { families } from "./mod.ts";
import { openCheckpoint } from "./open_checkpoint.ts";

/** A head in a checkpoint. */
export interface StoredHead {
  /** How many numbers it gives. */
  readonly outputs: number;
  /** Their names in `id2label`, in order; absent where that does not name each of them once. */
  readonly names?: readonly string[];
  /** `problem_type` of `config.json`, where it says one. */
  readonly problemType?: string;
}

/** A model's local files, and what its `config.json` says. */
export interface CheckpointFiles {
  readonly family: Family;
  readonly config: ModelConfig;
  readonly json: Readonly<Record<string, unknown>>;
  /** Path of the weights, a file or a folder. */
  readonly weights: string;
}

/**
 * The head of that name in a checkpoint, of whatever size; undefined where it has none, or where its class
 * says that what it has is the head of another task.
 */
export async function storedHead(
  { family, config, json, weights }: CheckpointFiles,
  name: string,
): Promise<StoredHead | undefined> {
  const head = headOf(family, name, families);
  const classifier = classifierOf(head, config);
  if (classifier === undefined || head.isPretrained) return undefined;
  using stored = await openCheckpoint(weights);
  const rows = stored.tensors.get(classifier.path)?.shape[0];
  if (rows === undefined || rows <= classifier.others) return undefined;
  const outputs = rows - classifier.others;
  if (!isStoredHead(json, head, head.layers(config, outputs), stored)) return undefined;
  const names = namesIn(json, outputs);
  const { problem_type: problemType } = json;
  return {
    outputs,
    ...(names ? { names } : {}),
    ...(typeof problemType === "string" ? { problemType } : {}),
  };
}

/** The names in `id2label`, whose keys are the numbers of the outputs; transformers' own say nothing. */
function namesIn(
  { id2label }: Readonly<Record<string, unknown>>,
  outputs: number,
): string[] | undefined {
  if (typeof id2label !== "object" || id2label === null) return undefined;
  const byNumber = id2label as Readonly<Record<string, unknown>>;
  const names = Array.from({ length: outputs }, (_, at) => byNumber[at]);
  if (!names.every((name) => typeof name === "string")) return undefined;
  const isWhole = Object.keys(byNumber).length === outputs && new Set(names).size === outputs;
  return isWhole && !names.every((name, at) => name === `LABEL_${at}`) ? names : undefined;
}
