/**
 * Runs anything that gives logits over many rows.
 *
 * @module
 */
import { pauses } from "../core/pauses.ts";
import { type Progress, silentProgress } from "../core/progress.ts";
import type { HostTensor } from "../engine/mod.ts";
import type { Objective } from "./objective.ts";

/** Encoded rows that a model can be run over. */
export interface Rows {
  /** Tokens of each row. */
  readonly lengths: ArrayLike<number>;
  feedsOf(rows: ArrayLike<number>): Record<string, HostTensor>;
}

/** How to run over rows. */
export interface PredictOptions {
  readonly batchSize?: number;
  readonly chosen?: ArrayLike<number>;
  readonly progress?: Progress;
  /** Stops with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

const defaultBatchSize = 32;

/** Anything that gives `logits` for the feeds of a batch. */
export type LogitsOf = (
  feeds: Record<string, HostTensor>,
  signal?: AbortSignal,
) => Promise<Record<string, HostTensor>>;

/**
 * Runs over rows in batches of like length and puts the results, what the task asks of each row,
 * back into the rows' order.
 */
export async function runOver(
  logitsOf: LogitsOf,
  rows: Rows,
  { outputs, perRow }: Pick<Objective, "outputs" | "perRow">,
  {
    batchSize = perRow?.batchSize ?? defaultBatchSize,
    chosen,
    progress = silentProgress,
    signal,
  }: PredictOptions = {},
): Promise<Float32Array> {
  const wanted = Array.from(chosen ?? Array(rows.lengths.length).keys());
  const byLength = wanted.map((_, i) => i)
    .sort((a, b) => rows.lengths[wanted[b]] - rows.lengths[wanted[a]]);
  const pause = pauses(signal);
  const width = perRow?.outputs ?? outputs;
  const all = new Float32Array(wanted.length * width);
  for (let start = 0; start < byLength.length; start += batchSize) {
    const places = byLength.slice(start, start + batchSize);
    await pause();
    const { logits } = await logitsOf(rows.feedsOf(places.map((place) => wanted[place])), signal);
    places.forEach((place, i) => {
      const row = logits.data.subarray(i * width, (i + 1) * width) as Float32Array;
      all.set(row, place * width);
    });
    progress.update(Math.min(start + batchSize, byLength.length));
  }
  return all;
}

/** The largest difference between two sets of logits; infinite where one is not a number. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
