/**
 * Results of frozen layers that several runs on the same rows share.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import { positionsAbove } from "../nn/hidden_program.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { CachedRows } from "./hidden_cache.ts";

/** The results of frozen layers over the same rows of one model. */
export interface FrozenResults extends AsyncDisposable {
  /** What is kept under the key, or what `fill` makes. A fill that was stopped is not kept. */
  take(
    key: string,
    fill: () => Promise<CachedRows>,
    signal: AbortSignal | undefined,
  ): Promise<CachedRows>;
}

/** What tells the results of one model's layers apart: how many are frozen, and what is read above them. */
export function frozenKey(trainable: TrainableModel, frozenLayers: number): string {
  return `${frozenLayers} ${positionsAbove(trainable, frozenLayers)}`;
}

/**
 * Keeps results until it is disposed of.
 *
 * @param most the results that were used last, so many, stay
 */
export function keepFrozenResults(most: number): FrozenResults {
  const kept = new Map<string, CachedRows>();
  return {
    async take(key, fill, signal) {
      const known = kept.get(key);
      kept.delete(key);
      const rows = known ?? await fill();
      if (!known && signal?.aborted) {
        await rows[Symbol.asyncDispose]();
        throw interruption();
      }
      kept.set(key, rows);
      const [[oldest, last]] = kept;
      if (kept.size > most) {
        kept.delete(oldest);
        await last[Symbol.asyncDispose]();
      }
      return rows;
    },
    async [Symbol.asyncDispose]() {
      for (const rows of kept.values()) await rows[Symbol.asyncDispose]();
      kept.clear();
    },
  };
}
