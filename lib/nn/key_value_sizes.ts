/**
 * The sizes of a layer's keys and values.
 *
 * @module
 */
import type { ModelConfig } from "./family.ts";

/** What a layer's keys are made of, and its values alike. */
export interface KeyValueSizes {
  /** Heads of keys and values, which queries may share. */
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
  /** Numbers of a token: heads · size. */
  readonly width: number;
}

/** The sizes that a config says or implies. */
export function keyValueSizes(
  { hiddenSize, numHeads, numKeyValueHeads: heads = numHeads, headSize }: Pick<
    ModelConfig,
    "hiddenSize" | "numHeads" | "numKeyValueHeads" | "headSize"
  >,
): KeyValueSizes {
  const size = headSize ?? hiddenSize / numHeads;
  return { heads, size, width: heads * size };
}
