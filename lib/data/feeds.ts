/**
 * Batches as a model is fed with them.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import { collate, type CollateOptions } from "./batches.ts";
import type { Example } from "./encode_rows.ts";

/** The feeds of a text model for the examples numbered `rows`: ids, mask and, if used, segments. */
export function batchFeeds(
  examples: readonly Example[],
  rows: ArrayLike<number>,
  { usesTypes, ...padding }: CollateOptions & { readonly usesTypes: boolean },
): Record<string, HostTensor> {
  const { ids, mask, types, batch, length } = collate(examples, rows, padding);
  const shape = [batch, length];
  return {
    input_ids: { shape, data: ids },
    attention_mask: { shape, data: mask },
    ...(usesTypes ? { token_type_ids: { shape, data: types } } : {}),
  };
}
