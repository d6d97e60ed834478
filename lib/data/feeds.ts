/**
 * Batches as a model is fed with them.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { BatchLayout } from "../text/batch_layout.ts";
import { collate, type CollateOptions } from "./batches.ts";
import type { Sequence } from "../text/sequence.ts";
import { fullestRow } from "./pack.ts";

/** How a model is fed with examples. */
export interface BatchFeedsOptions extends CollateOptions {
  readonly usesTypes: boolean;
}

/**
 * The feeds of a text model for the examples numbered `rows`: ids, mask and, if used, segments.
 * With a layout they are those of a packed batch.
 */
export function batchFeeds(
  examples: readonly Sequence[],
  rows: ArrayLike<number>,
  { usesTypes, ...options }: BatchFeedsOptions,
): Record<string, HostTensor> {
  const { ids, mask, types, batch, length } = collate(examples, rows, options);
  const shape = [batch, length];
  const { layout } = options;
  return {
    input_ids: { shape, data: ids },
    attention_mask: { shape, data: mask },
    ...(usesTypes ? { token_type_ids: { shape, data: types } } : {}),
    ...(layout ? packingFeeds(layout, Array.from(rows, (row) => examples[row].ids.length)) : {}),
  };
}

/**
 * What tells the examples of a packed batch apart, whatever stands in its rows:
 *
 * - `attention_mask` [rows, length]: the number of the token's example within its row, from 1, and 0
 *   for padding;
 * - `position_ids` [rows, length]: the token's place within its example;
 * - `first_tokens` [rows, slots]: where the first token of each example of a row is, counted through
 *   all rows; a row of fewer examples repeats its own first token;
 * - `example_slots` [examples]: which of these slots, counted through all rows, is whose.
 */
export function packingFeeds(
  layout: BatchLayout,
  lengths: ArrayLike<number>,
): Record<string, HostTensor> {
  const { rows, length, starts } = layout;
  const slots = fullestRow(layout);
  const numbers = new Int32Array(rows * length);
  const positions = new Int32Array(rows * length);
  const firsts = Int32Array.from(
    { length: rows * slots },
    (_, slot) => Math.floor(slot / slots) * length,
  );
  const slotOf = new Int32Array(starts.length);
  const found = new Int32Array(rows);
  const fromLeft = Array.from(starts, (_, example) => example)
    .sort((a, b) => starts[a] - starts[b]);
  for (const example of fromLeft) {
    const start = starts[example];
    const row = Math.floor(start / length);
    slotOf[example] = row * slots + found[row];
    firsts[slotOf[example]] = start;
    found[row]++;
    numbers.fill(found[row], start, start + lengths[example]);
    for (let i = 0; i < lengths[example]; i++) positions[start + i] = i;
  }
  return {
    attention_mask: { shape: [rows, length], data: numbers },
    position_ids: { shape: [rows, length], data: positions },
    first_tokens: { shape: [rows, slots], data: firsts },
    example_slots: { shape: [starts.length], data: slotOf },
  };
}
