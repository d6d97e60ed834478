/**
 * Which examples make a batch, in which order, and what a batch looks like.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";
import type { Sequence } from "../text/sequence.ts";

/**
 * The order of an epoch: `shuffled`; `grouped`, shuffled but with examples of like length together,
 * which saves padding; `sequential`, as in the table.
 */
export type BatchOrder = "shuffled" | "grouped" | "sequential";

/** How to cut an epoch into batches. */
export interface BatchOptions {
  /** Examples a batch; the last one may have fewer. */
  batchSize: number;
  /** The run's seed. */
  seed: number;
  /** Which epoch, from 0: each has an order of its own. */
  epoch: number;
  order: BatchOrder;
}

/** How many batches are sorted together, as in transformers' `LengthGroupedSampler`. */
const batchesInGroup = 50;
/** A small data set is cut into at least so many groups, so that its order stays random. */
const leastGroups = 4;

/**
 * The example numbers of each batch of one epoch; the same seed and epoch give the same plan.
 *
 * `grouped` shuffles, cuts into groups of 50 batches, sorts each group by falling length, and moves
 * the longest example of all to the front, so that a batch too large for memory fails at once
 * (transformers' `LengthGroupedSampler`).
 *
 * @param lengths tokens of each example, [examples]
 */
export function planBatches(lengths: ArrayLike<number>, options: BatchOptions): Uint32Array[] {
  const { batchSize, seed, epoch, order } = options;
  checkOptions(lengths.length, options);
  const indices = Array.from({ length: lengths.length }, (_, index) => index);
  const random = Random.fromSeed(seed, "batches", epoch);
  if (order !== "sequential") random.shuffle(indices);
  const planned = order === "grouped" ? group(indices, lengths, batchSize) : indices;
  const batches: Uint32Array[] = [];
  for (let start = 0; start < planned.length; start += batchSize) {
    batches.push(Uint32Array.from(planned.slice(start, start + batchSize)));
  }
  return batches;
}

/** The share of padding among all tokens that a model computes for these batches, from 0 to 1. */
export function paddingShare(
  lengths: ArrayLike<number>,
  batches: readonly Uint32Array[],
): number {
  let real = 0;
  let computed = 0;
  for (const batch of batches) {
    let longest = 0;
    for (const index of batch) {
      real += lengths[index];
      longest = Math.max(longest, lengths[index]);
    }
    computed += longest * batch.length;
  }
  return computed === 0 ? 0 : 1 - real / computed;
}

/** One batch, row-major. */
export interface Batch {
  /** Token ids, [rows, length]. */
  ids: Int32Array;
  /** 1 for a token, 0 for padding, [rows, length]. */
  mask: Int32Array;
  /** Segments, [rows, length]. */
  types: Int32Array;
  /** Rows of tokens: as many as examples, unless they are packed. */
  batch: number;
  /** Tokens a row, padding included. */
  length: number;
}

/** How to lay out a batch. */
export interface CollateOptions {
  /** The id of the padding token. */
  padId: number;
  /** Rounds the length up to a multiple; 1 by default. */
  multipleOf?: number;
  /** Where each example stands; one a row, padded to the longest, unless given. */
  layout?: BatchLayout | undefined;
}

/** Puts the examples numbered `indices` into one batch. */
export function collate(
  examples: readonly Sequence[],
  indices: ArrayLike<number>,
  { padId, multipleOf = 1, layout }: CollateOptions,
): Batch {
  const lengths = Array.from(indices, (index) => examples[index].ids.length);
  const { rows: batch, length: longest, starts } = layout ?? paddedLayout(lengths);
  const length = Math.ceil(longest / multipleOf) * multipleOf;
  const ids = new Int32Array(batch * length).fill(padId);
  const mask = new Int32Array(batch * length);
  const types = new Int32Array(batch * length);
  for (let i = 0; i < indices.length; i++) {
    const example = examples[indices[i]];
    const start = starts[i] + Math.floor(starts[i] / longest) * (length - longest);
    ids.set(example.ids, start);
    mask.fill(1, start, start + example.ids.length);
    if (example.types) types.set(example.types, start);
  }
  return { ids, mask, types, batch, length };
}

function group(shuffled: number[], lengths: ArrayLike<number>, batchSize: number): number[] {
  const most = Math.floor(shuffled.length / (leastGroups * batchSize));
  const size = batchSize * Math.max(1, Math.min(batchesInGroup, most));
  const planned: number[] = [];
  let longest = 0;
  for (let start = 0; start < shuffled.length; start += size) {
    const sorted = shuffled.slice(start, start + size).sort((a, b) => lengths[b] - lengths[a]);
    if (lengths[sorted[0]] > lengths[planned[longest] ?? sorted[0]]) longest = planned.length;
    planned.push(...sorted);
  }
  [planned[0], planned[longest]] = [planned[longest], planned[0]];
  return planned;
}

function checkOptions(examples: number, { batchSize, seed, epoch, order }: BatchOptions): void {
  if (examples === 0) throw new TunebookError("data", "there are no examples to make batches of");
  const wrong: string[] = [];
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    wrong.push(`batchSize is ${batchSize}, not a whole number above 0`);
  }
  if (!Number.isSafeInteger(seed)) wrong.push(`seed is ${seed}, not a whole number`);
  if (!(Number.isSafeInteger(epoch) && epoch >= 0)) {
    wrong.push(`epoch is ${epoch}, not a whole number from 0`);
  }
  if (!["shuffled", "grouped", "sequential"].includes(order)) {
    wrong.push(`order is "${order}", not "shuffled", "grouped" or "sequential"`);
  }
  if (wrong.length > 0) throw mistakes("input", "cannot make batches:", wrong);
}
