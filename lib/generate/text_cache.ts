/**
 * The keys and values of the tokens that a model has read, row by row, in host memory. Every row has
 * room for the same number of tokens; how many it holds is its own matter.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import { keyValueNames, pastMask } from "../nn/continuation_program.ts";
import { lastPlaces, pastLengths, totalTokens } from "../nn/in_place_program.ts";
import type { StackedAdapter } from "../nn/stacked_weights.ts";
import type { SourceCache } from "./source_cache.ts";

/** The sizes of a cache. */
export interface TextCacheSizes {
  readonly layers: number;
  /** Heads of keys and values. */
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
  /** Makes room that the device reads without a copy; ordinary memory unless given. */
  allocate?(numbers: number): Float32Array;
}

/** What belongs to the rows of a cache beside what was written. */
export interface TextCacheRows {
  /** What an encoder-decoder's rows answer to. */
  readonly source?: SourceCache | undefined;
  /** The adapter of each row, where rows have adapters of their own. */
  readonly adapters?: readonly StackedAdapter[] | undefined;
}

/** Room is made for so many tokens at once, so that it is not copied at every token. */
const roomStep = 64;

/** A row of one of several caches. */
interface CachedRow {
  readonly from: TextCache;
  readonly row: number;
}

/** Keys and values of some rows of tokens. */
export class TextCache {
  readonly #sizes: TextCacheSizes;
  /** Of each row how many tokens it holds. */
  #lengths: number[];
  /** Tokens that a row has room for. */
  #room = 0;
  /** For each layer keys and values, [rows, heads, room, size]. */
  #numbers: { keys: Float32Array; values: Float32Array }[] = [];

  /** What an encoder-decoder's rows answer to. */
  readonly source: SourceCache | undefined;
  #adapters: readonly StackedAdapter[];

  constructor(
    rows: number,
    sizes: TextCacheSizes,
    { source, adapters = [] }: TextCacheRows = {},
  ) {
    this.#sizes = sizes;
    this.source = source;
    this.#adapters = adapters;
    this.#lengths = Array(rows).fill(0);
    this.#resize(Array.from(this.#lengths.keys()), roomStep);
  }

  /** Of each row how many tokens it holds. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** The adapter that has read each row, where rows have adapters of their own; else empty. */
  get adapters(): readonly StackedAdapter[] {
    return this.#adapters;
  }

  /** Bytes that the cache takes. */
  get bytes(): number {
    const { layers, heads, size } = this.#sizes;
    return 2 * layers * this.#lengths.length * heads * this.#room * size *
      Float32Array.BYTES_PER_ELEMENT;
  }

  /** What a program is fed with. */
  feeds(): Record<string, HostTensor> {
    const { heads, size } = this.#sizes;
    const rows = this.#lengths.length;
    const mask = new Int32Array(rows * this.#room);
    this.#lengths.forEach((length, row) =>
      mask.fill(1, row * this.#room, row * this.#room + length)
    );
    const shape = [rows, heads, this.#room, size];
    return {
      [pastMask]: { shape: [rows, this.#room], data: mask },
      ...Object.fromEntries(
        this.#numbers.flatMap(({ keys, values }, layer) => {
          const names = keyValueNames(layer);
          return [[names.keys, { shape, data: keys }], [names.values, { shape, data: values }]];
        }),
      ),
    };
  }

  /** Makes room for so many further tokens of each row. */
  reserve(tokens: number): void {
    const longest = Math.max(0, ...this.#lengths) + tokens;
    if (longest > this.#room) this.#resize(Array.from(this.#lengths.keys()), longest);
  }

  /**
   * What a program is fed with that writes so many further tokens of each row into the cache itself, for
   * which there must be room, and where it writes them.
   */
  inPlace(
    tokens: number,
  ): Record<"feeds" | "into", Record<string, HostTensor>> {
    const rows = this.#lengths.length;
    const { heads, size } = this.#sizes;
    const shape = [rows, heads, this.#room, size];
    const last = Int32Array.from(this.#lengths, (length) => length + tokens - 1);
    const feeds: Record<string, HostTensor> = {
      [pastLengths]: { shape: [rows], data: Int32Array.from(this.#lengths) },
      [lastPlaces]: { shape: [rows], data: last },
      [totalTokens]: { shape: [], data: Int32Array.of(Math.max(...last) + 1) },
    };
    const into: Record<string, HostTensor> = {};
    this.#numbers.forEach(({ keys, values }, layer) => {
      const names = keyValueNames(layer);
      feeds[names.keys] = into[names.newKeys] = { shape, data: keys };
      feeds[names.values] = into[names.newValues] = { shape, data: values };
    });
    return { feeds, into };
  }

  /** Counts tokens of each row that a program has written into the cache. */
  grow(counts: readonly number[]): void {
    this.#lengths = this.#lengths.map((length, row) => length + counts[row]);
  }

  /**
   * Takes what a program gave for further tokens.
   *
   * @param counts of each row how many of its tokens are no padding
   */
  append(results: Readonly<Record<string, HostTensor>>, counts: readonly number[]): void {
    const longest = this.#lengths.reduce(
      (most, length, i) => Math.max(most, length + counts[i]),
      0,
    );
    if (longest > this.#room) this.#resize(Array.from(this.#lengths.keys()), longest);
    const { heads, size } = this.#sizes;
    this.#numbers.forEach(({ keys, values }, layer) => {
      const { newKeys, newValues } = keyValueNames(layer);
      for (const [target, name] of [[keys, newKeys], [values, newValues]] as const) {
        const { data, shape } = results[name];
        const given = shape[2];
        counts.forEach((count, row) => {
          for (let head = 0; head < heads; head++) {
            const from = (row * heads + head) * given * size;
            const to = ((row * heads + head) * this.#room + this.#lengths[row]) * size;
            target.set((data as Float32Array).subarray(from, from + count * size), to);
          }
        });
      }
    });
    this.grow(counts);
  }

  /** Forgets the tokens of a row after the first `length`. */
  truncate(row: number, length: number): void {
    this.#lengths[row] = Math.min(length, this.#lengths[row]);
  }

  /** Goes on with these of the rows, in this order; a row may come more than once. */
  select(rows: readonly number[]): void {
    this.source?.select(rows);
    if (this.#adapters.length > 0) this.#adapters = rows.map((row) => this.#adapters[row]);
    const isSame = rows.length === this.#lengths.length && rows.every((row, i) => row === i);
    if (!isSame) this.#resize(rows, this.#longest(rows));
  }

  /** Goes on with the rows of another cache, too, behind its own; the other one is used no more. */
  join(other: TextCache): void {
    if (this.source) this.source.join(other.source!);
    this.#adapters = [...this.#adapters, ...other.#adapters];
    const rowsOf = (from: TextCache) => Array.from(from.#lengths, (_, row) => ({ from, row }));
    const longest = Math.max(0, ...this.#lengths, ...other.#lengths);
    this.#gather([...rowsOf(this), ...rowsOf(other)], longest);
  }

  #longest(rows: readonly number[]): number {
    return rows.reduce((most, row) => Math.max(most, this.#lengths[row]), 0);
  }

  /** Moves rows into new memory with room for `least` tokens. */
  #resize(rows: readonly number[], least: number): void {
    this.#gather(rows.map((row) => ({ from: this, row })), least);
  }

  /** The same of rows of several caches. There stays as much room as there was unless it is twice too much. */
  #gather(rows: readonly CachedRow[], least: number): void {
    const { layers, heads, size, allocate = (numbers) => new Float32Array(numbers) } = this.#sizes;
    const needed = Math.ceil((least + least / 8) / roomStep) * roomStep;
    const room = least <= this.#room && 2 * needed > this.#room ? this.#room : needed;
    const lengths = rows.map(({ from, row }) => from.#lengths[row]);
    const moved = (layer: number, name: "keys" | "values"): Float32Array => {
      const made = allocate(rows.length * heads * room * size);
      rows.forEach(({ from, row }, i) => {
        const old = from.#numbers[layer]?.[name];
        for (let head = 0; old && head < heads; head++) {
          const start = (row * heads + head) * from.#room * size;
          made.set(
            old.subarray(start, start + lengths[i] * size),
            (i * heads + head) * room * size,
          );
        }
      });
      return made;
    };
    this.#numbers = Array.from({ length: layers }, (_, layer) => ({
      keys: moved(layer, "keys"),
      values: moved(layer, "values"),
    }));
    this.#lengths = lengths;
    this.#room = room;
  }
}
