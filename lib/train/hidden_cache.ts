/**
 * Runs the frozen layers once for each row and keeps what they give, so that every epoch starts
 * above them.
 *
 * @module
 */
import type { TrainingRows } from "./training_rows.ts";
import { isInterruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import type { Device, HostTensor } from "../engine/mod.ts";
import { packingFeeds } from "../data/feeds.ts";
import { hiddenProgram, positionsAbove } from "../nn/hidden_program.ts";
import { keptWidth } from "../nn/whole_features.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";
import { type FloatStore, openFloatStore } from "./float_store.ts";

/** Training rows that are fed from above the frozen layers. */
export interface CachedRows extends TrainingRows, AsyncDisposable {}

/** How to fill the cache. */
export interface HiddenCacheOptions {
  readonly frozenLayers: number;
  /** The most bytes in memory; beyond, the cache is a temporary file. */
  readonly maxBytes?: number;
  /** Rows that are done. */
  readonly onRows?: ((done: number) => void) | undefined;
  /** Leaves the rest of the cache unfilled. */
  readonly signal?: AbortSignal | undefined;
}

const batchRows = 32;

/** Fills the cache with what the frozen layers give for each row. */
export async function cacheHidden(
  trainable: TrainableModel,
  rows: TrainingRows,
  device: Device,
  { frozenLayers, maxBytes, onRows, signal }: HiddenCacheOptions,
): Promise<CachedRows> {
  const width = keptWidth(trainable.model);
  const onlyFirst = positionsAbove(trainable, frozenLayers) === "pooled";
  const lengths = Array.from(rows.lengths, (length) => onlyFirst ? 1 : length);
  const starts: number[] = [];
  let size = 0;
  for (const length of lengths) {
    starts.push(size);
    size += length * width;
  }
  const store = await openFloatStore(size, maxBytes);
  try {
    await fill(trainable, rows, device, store, { frozenLayers, lengths, starts, onRows, signal });
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
  const hiddenOf = (chosen: readonly number[], layout: BatchLayout): HostTensor => {
    const shape = [layout.rows, layout.length, width];
    const data = new Float32Array(layout.rows * layout.length * width);
    chosen.forEach((row, i) => {
      const at = layout.starts[i];
      store.read(starts[row], data.subarray(at * width, (at + lengths[row]) * width));
    });
    return { shape, data };
  };
  return {
    lengths: rows.lengths,
    ...(rows.groups ? { groups: rows.groups } : {}),
    feedsOf(chosen): Record<string, HostTensor> {
      const batch = Array.from(chosen);
      const layout = paddedLayout(batch.map((row) => lengths[row]));
      const mask = new Int32Array(layout.rows * layout.length);
      batch.forEach((row, i) => {
        const at = layout.starts[i];
        mask.fill(1, at, at + lengths[row]);
      });
      return {
        hidden: hiddenOf(batch, layout),
        attention_mask: { shape: [layout.rows, layout.length], data: mask },
      };
    },
    // One position of each row leaves nothing to pack.
    ...(onlyFirst ? {} : {
      packedFeedsOf(chosen: ArrayLike<number>, layout: BatchLayout) {
        const batch = Array.from(chosen);
        return {
          hidden: hiddenOf(batch, layout),
          ...packingFeeds(layout, batch.map((row) => lengths[row])),
        };
      },
    }),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Rows of like length share a batch, so that little padding is computed. */
async function fill(
  trainable: TrainableModel,
  rows: TrainingRows,
  device: Device,
  store: FloatStore,
  { frozenLayers, lengths, starts, onRows, signal }: HiddenCacheOptions & {
    readonly lengths: readonly number[];
    readonly starts: readonly number[];
  },
): Promise<void> {
  const program = hiddenProgram(trainable, frozenLayers);
  const width = keptWidth(trainable.model);
  const step = await device.compile(program, { frozen: frozenOf(trainable) });
  const byLength = Array.from(rows.lengths, (_, row) => row)
    .sort((a, b) => rows.lengths[b] - rows.lengths[a] || a - b);
  const pause = pauses();
  try {
    for (let start = 0; start < byLength.length; start += batchRows) {
      await pause();
      if (signal?.aborted) return;
      const batch = byLength.slice(start, start + batchRows);
      const { hidden } = await step.run(await rows.feedsOf(batch), signal);
      const perRow = hidden.data.length / batch.length;
      batch.forEach((row, i) => {
        const from = i * perRow;
        const part = hidden.data.subarray(
          from,
          from + lengths[row] * width,
        );
        store.write(starts[row], part as Float32Array);
      });
      onRows?.(start + batch.length);
    }
  } catch (error) {
    if (!isInterruption(error)) throw error;
  } finally {
    await step.dispose();
  }
}
