/**
 * The sizes of a model's attention heads.
 *
 * @module
 */
import type { ModelConfig } from "./family.ts";

/** How many heads keys and values have, and how many numbers each. */
export function headSizes(
  { hiddenSize, numHeads, numKeyValueHeads = numHeads }: Pick<
    ModelConfig,
    "hiddenSize" | "numHeads" | "numKeyValueHeads"
  >,
): { readonly heads: number; readonly size: number } {
  return { heads: numKeyValueHeads, size: hiddenSize / numHeads };
}
