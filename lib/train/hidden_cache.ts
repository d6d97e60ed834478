/**
 * Runs the frozen layers once for each row and keeps what they give, so that every epoch starts
 * above them. Rows that change by chance are run for some epochs, whose views the others see again, with what
 * changed along with them.
 *
 * @module
 */
import type { TrainSettings } from "./train_options.ts";
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
import { type KeptFeeds, keptFeeds } from "./kept_feeds.ts";

/** Training rows that are fed from above the frozen layers. */
export interface CachedRows extends TrainingRows, AsyncDisposable {}

/** How to fill the cache. */
export interface HiddenCacheOptions {
  readonly frozenLayers: number;
  readonly settings: Pick<TrainSettings, "seed" | "epochs">;
  /** The most bytes in memory; beyond, the cache is a temporary file. */
  readonly maxBytes?: number;
  /** Rows that are done. */
  readonly onRows?: ((done: number) => void) | undefined;
  /** Leaves the rest of the cache unfilled. */
  readonly signal?: AbortSignal | undefined;
}

const batchRows = 32;
/** Views of a row that changes by chance; more of them take as long to compute as epochs without a cache. */
const mostViews = 4;

/** Fills the cache with what the frozen layers give for each row. */
export async function cacheHidden(
  trainable: TrainableModel,
  rows: TrainingRows,
  device: Device,
  { frozenLayers, settings, maxBytes, onRows, signal }: HiddenCacheOptions,
): Promise<CachedRows> {
  const views = rows.changes ? Math.min(mostViews, Math.ceil(settings.epochs)) : 1;
  const width = keptWidth(trainable.model);
  const onlyFirst = positionsAbove(trainable, frozenLayers) === "pooled";
  const lengths = Array.from(rows.lengths, (length) => onlyFirst ? 1 : length);
  const starts: number[] = [];
  let size = 0;
  for (const length of lengths) {
    starts.push(size);
    size += length * width;
  }
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await openFloatStore(size * views, maxBytes));
  const { feeds } = trainable.objective;
  const beside = opened.use(keptFeeds({ feeds, count: lengths.length * views, maxBytes }));
  const { seed } = settings;
  const filling = { frozenLayers, lengths, starts, size, views, seed, onRows, signal };
  await fill(trainable, rows, device, { store, beside }, filling);
  const kept = opened.move();
  const hiddenOf = (
    chosen: readonly number[],
    layout: BatchLayout,
    epoch = 0,
  ): HostTensor => {
    const view = size * (epoch % views);
    const shape = [layout.rows, layout.length, width];
    const data = new Float32Array(layout.rows * layout.length * width);
    chosen.forEach((row, i) => {
      const at = layout.starts[i];
      store.read(view + starts[row], data.subarray(at * width, (at + lengths[row]) * width));
    });
    return { shape, data };
  };
  return {
    lengths: rows.lengths,
    ...(rows.groups ? { groups: rows.groups } : {}),
    feedsOf(chosen, draw): Record<string, HostTensor> {
      const batch = Array.from(chosen);
      const layout = paddedLayout(batch.map((row) => lengths[row]));
      const mask = new Int32Array(layout.rows * layout.length);
      batch.forEach((row, i) => {
        const at = layout.starts[i];
        mask.fill(1, at, at + lengths[row]);
      });
      return {
        ...beside.read(numbersOf(batch, (draw?.epoch ?? 0) % views, lengths.length)),
        hidden: hiddenOf(batch, layout, draw?.epoch),
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
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** The numbers of rows among those of all views. */
function numbersOf(rows: readonly number[], view: number, count: number): number[] {
  return rows.map((row) => view * count + row);
}

/** Rows of like length share a batch, so that little padding is computed. */
async function fill(
  trainable: TrainableModel,
  rows: TrainingRows,
  device: Device,
  { store, beside }: { readonly store: FloatStore; readonly beside: KeptFeeds },
  { frozenLayers, lengths, starts, size, views, seed, onRows, signal }:
    & Omit<HiddenCacheOptions, "settings">
    & {
      readonly lengths: readonly number[];
      readonly starts: readonly number[];
      /** Numbers of a view of all rows. */
      readonly size: number;
      readonly views: number;
      readonly seed: number;
    },
): Promise<void> {
  const program = hiddenProgram(trainable, frozenLayers);
  const width = keptWidth(trainable.model);
  const step = await device.compile(program, { frozen: frozenOf(trainable) });
  const byLength = Array.from(rows.lengths, (_, row) => row)
    .sort((a, b) => rows.lengths[b] - rows.lengths[a] || a - b);
  const pause = pauses();
  try {
    for (const { view, start, batch } of batchesOf(byLength, views)) {
      await pause();
      if (signal?.aborted) return;
      const draw = rows.changes ? { seed, epoch: view, step: 0, microBatch: 0 } : undefined;
      const feeds = await rows.feedsOf(batch, draw);
      const { hidden } = await step.run(feeds, signal);
      if (draw) await beside.write(numbersOf(batch, view, lengths.length), feeds);
      const perRow = hidden.data.length / batch.length;
      batch.forEach((row, i) => {
        const from = i * perRow;
        const part = hidden.data.subarray(
          from,
          from + lengths[row] * width,
        );
        store.write(view * size + starts[row], part as Float32Array);
      });
      onRows?.(Math.floor((view * byLength.length + start + batch.length) / views));
    }
  } catch (error) {
    if (!isInterruption(error)) throw error;
  } finally {
    await step.dispose();
  }
}

/** All rows in batches, once for each view. */
function* batchesOf(rows: readonly number[], views: number) {
  for (let view = 0; view < views; view++) {
    for (let start = 0; start < rows.length; start += batchRows) {
      yield { view, start, batch: rows.slice(start, start + batchRows) };
    }
  }
}
