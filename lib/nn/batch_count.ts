/**
 * The count of batches that PyTorch keeps beside the running statistics of a batch normalisation.
 *
 * @module
 */
import type { Weight } from "./layer.ts";

/** A tensor that stands in a file for readers in Python. */
export interface BatchCount {
  readonly name: string;
  readonly dtype: "I64";
  readonly shape: readonly [];
  readonly data: Uint8Array;
}

/**
 * The count that belongs beside a weight of that name: none but for the running variance of a normalisation
 * that can be trained. It is 0, since nothing reads it where the momentum is a number; PEFT opens no folder
 * without it.
 */
export function batchCountBeside({ path, layer }: Weight, name: string): BatchCount[] {
  const role = ".running_var";
  if (layer.kind !== "batchNorm" || layer.isFrozen || !path.endsWith(role)) return [];
  const count = `${name.slice(0, -role.length)}.num_batches_tracked`;
  const data = new Uint8Array(BigInt64Array.BYTES_PER_ELEMENT);
  return [{ name: count, dtype: "I64", shape: [], data }];
}
