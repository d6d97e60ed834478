/**
 * Feeds of a loss that change by chance together with their rows, such as the masks of images: they are kept beside
 * what the frozen layers give for the same rows.
 *
 * @module
 */
import { type HostTensor, type InputSpec, sizeOf } from "../engine/mod.ts";
import type { Feeds } from "../nn/feeds.ts";
import { type FloatStore, openFloatStore } from "./float_store.ts";

/** Feeds by the number of their row and view. */
export interface KeptFeeds extends AsyncDisposable {
  /** Keeps the feeds of the loss that are among those of a batch, [batch, …]. */
  write(numbers: readonly number[], feeds: Feeds): Promise<void>;
  /** The same for other batches. */
  read(numbers: readonly number[]): Feeds;
}

/** What may be kept. */
export interface KeptFeedsOptions {
  /** The feeds of the loss; of those that come with a batch, numbers of four bytes are kept. */
  readonly feeds: Readonly<Record<string, InputSpec>>;
  /** How many rows and views there are. */
  readonly count: number;
  /** The most bytes of a feed in memory; beyond, they are in a temporary file. */
  readonly maxBytes?: number | undefined;
}

/** One kept feed of a row. */
interface Kept {
  readonly shape: readonly number[];
  readonly type: "int32" | "float32";
  readonly store: FloatStore;
}

/** Room for the feeds of a loss; none is taken before one of them comes with a batch. */
export function keptFeeds({ feeds: specs, count, maxBytes }: KeptFeedsOptions): KeptFeeds {
  const kept = new Map<string, Kept>();
  return {
    async write(numbers, feeds) {
      for (const [name, { type }] of Object.entries(specs)) {
        const { [name]: feed } = feeds;
        if (!feed || (type !== "int32" && type !== "float32")) continue;
        const [, ...shape] = feed.shape;
        const size = sizeOf(shape);
        const own = kept.get(name) ??
          { shape, type, store: await openFloatStore(size * count, maxBytes) };
        kept.set(name, own);
        const bits = bitsOf(feed);
        numbers.forEach((number, at) =>
          own.store.write(number * size, bits.subarray(at * size, (at + 1) * size))
        );
      }
    },
    read: (numbers) =>
      Object.fromEntries(
        Array.from(kept, ([name, { shape, type, store }]): [string, HostTensor] => {
          const size = sizeOf(shape);
          const bits = new Float32Array(numbers.length * size);
          numbers.forEach((number, at) =>
            store.read(number * size, bits.subarray(at * size, (at + 1) * size))
          );
          const data = type === "int32" ? new Int32Array(bits.buffer) : bits;
          return [name, { shape: [numbers.length, ...shape], data }];
        }),
      ),
    async [Symbol.asyncDispose]() {
      for (const { store } of kept.values()) await store[Symbol.asyncDispose]();
    },
  };
}

/** The same bytes as a list of floats, which are moved and never computed with. */
function bitsOf({ data }: HostTensor): Float32Array {
  const { buffer, byteOffset, length } = data;
  return new Float32Array(buffer as ArrayBuffer, byteOffset, length);
}
