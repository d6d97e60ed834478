/**
 * Runs anything that computes batches over many sequences.
 *
 * @module
 */
import { pauses } from "../core/pauses.ts";
import { type Progress, silentProgress } from "../core/progress.ts";
import type { HostTensor } from "../engine/mod.ts";
import { cutByLength } from "./cut_by_length.ts";
import type { Feeds, FeedsSoon } from "./feeds.ts";
import type { Objective } from "./objective.ts";

/** Encoded sequences that a model can be run over. */
export interface Rows {
  /** Tokens of each sequence. */
  readonly lengths: ArrayLike<number>;
  feedsOf(sequences: ArrayLike<number>): FeedsSoon;
}

/** How to run over sequences. */
export interface PredictOptions {
  readonly batchSize?: number;
  readonly chosen?: ArrayLike<number>;
  /**
   * What a run costs besides its tokens, counted in tokens: batches are cut where padding costs more. They are
   * not cut unless given.
   */
  readonly runTokens?: number | undefined;
  readonly progress?: Progress;
  /** Stops with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

const defaultBatchSize = 32;

/** Anything that gives results for the feeds of a batch. */
export type RunBatch = (
  feeds: Feeds,
  signal?: AbortSignal,
) => Promise<Record<string, HostTensor>>;

/** The results of a padded batch → one array a sequence. */
export type ReadBatch = (
  results: Readonly<Record<string, HostTensor>>,
  lengths: readonly number[],
) => Float32Array[];

/** Reads what the evaluation program gives. */
export function evaluated({ per, outputs, perRow, pool }: Objective): ReadBatch {
  const ofWhat = perRow ? perRow.per ?? "sequence" : pool ? "sequence" : per;
  return logitsReader(ofWhat, perRow?.outputs ?? outputs);
}

/** Reads what the exported graph gives. */
export function exportedReader(objective: Objective): ReadBatch {
  const { per, outputs } = objective;
  return objective.readExported?.bind(objective) ?? logitsReader(per, outputs);
}

function logitsReader(per: Objective["per"], outputs: number): ReadBatch {
  return ({ logits }, lengths) => {
    const data = logits.data as Float32Array;
    const stride = data.length / lengths.length;
    return lengths.map((length, i) =>
      data.slice(i * stride, i * stride + (per === "token" ? length : 1) * outputs)
    );
  };
}

/** Runs over sequences in batches of like length and puts the results back into their order. */
export async function runOver(
  run: RunBatch,
  rows: Rows,
  read: ReadBatch,
  { batchSize = defaultBatchSize, chosen, runTokens, progress = silentProgress, signal }:
    PredictOptions = {},
): Promise<Float32Array[]> {
  const wanted = Array.from(chosen ?? Array(rows.lengths.length).keys());
  const byLength = wanted.map((_, i) => i)
    .sort((a, b) => rows.lengths[wanted[b]] - rows.lengths[wanted[a]]);
  const pause = pauses(signal);
  const all: Float32Array[] = Array(wanted.length);
  let done = 0;
  for (const at of batchesOf(byLength, batchSize, (i) => rows.lengths[wanted[i]], runTokens)) {
    await pause();
    const sequences = at.map((i) => wanted[i]);
    const results = await run(await rows.feedsOf(sequences), signal);
    read(results, sequences.map((sequence) => rows.lengths[sequence]))
      .forEach((found, i) => all[at[i]] = found);
    progress.update(done += at.length);
  }
  return all;
}

/** Cuts what is in order of length into batches, and those where padding costs more than a run. */
function* batchesOf(
  byLength: readonly number[],
  batchSize: number,
  lengthOf: (i: number) => number,
  runTokens: number | undefined,
): Iterable<number[]> {
  for (let start = 0; start < byLength.length; start += batchSize) {
    const batch = byLength.slice(start, start + batchSize);
    const sizes = runTokens === undefined
      ? [batch.length]
      : cutByLength(batch.map(lengthOf), runTokens);
    for (const size of sizes) yield batch.splice(0, size);
  }
}

/** The largest difference between two sets of results; infinite where one is not a number. */
export function largestDifference(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (const [i, one] of a.entries()) {
    if (one.length !== b[i].length) return Infinity;
    for (let j = 0; j < one.length; j++) {
      const difference = Math.abs(one[j] - b[i][j]);
      if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
    }
  }
  return largest;
}
