/**
 * What a decoder reads of the sources of its answers: their tokens before they are read, then keys and
 * values, row by row, in host memory.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import { sourceMask, sourceNames } from "../nn/answer_program.ts";

/** How a source cache keeps numbers. */
export interface SourceCacheOptions {
  /** Layers of the decoder. */
  readonly layers: number;
  /** Makes room that the device reads without a copy; ordinary memory unless given. */
  allocate?(numbers: number): Float32Array;
}

/** The sources of some rows. */
export class SourceCache {
  readonly #options: SourceCacheOptions;
  #tokens: readonly ArrayLike<number>[];
  /** Which of the sources each row has. */
  #sources: number[];
  /** `source_mask`, keys and values by name, the first axis of which is the rows; empty before they are read. */
  #kept: Record<string, HostTensor> = {};

  /** @param tokens the ids of each row's source */
  constructor(tokens: readonly ArrayLike<number>[], options: SourceCacheOptions) {
    this.#tokens = tokens;
    this.#options = options;
    this.#sources = Array.from(tokens.keys());
  }

  /** The ids of each row's source. */
  get tokens(): readonly ArrayLike<number>[] {
    return this.#sources.map((source) => this.#tokens[source]);
  }

  /** What a program that goes on with answers is fed with. */
  feeds(): Readonly<Record<string, HostTensor>> {
    return this.#kept;
  }

  /** Keeps what the program gave that read the sources. */
  keep(results: Readonly<Record<string, HostTensor>>): void {
    const { layers } = this.#options;
    const names = Array.from({ length: layers }, (_, layer) => Object.values(sourceNames(layer)));
    const rows = Array.from(this.#sources.keys());
    this.#kept = Object.fromEntries(
      [sourceMask, ...names.flat()].map((name) => [name, this.#rowsOf(results[name], rows)]),
    );
  }

  /** Goes on with these of the rows; a row may come more than once. */
  select(rows: readonly number[]): void {
    const sources = rows.map((row) => this.#sources[row]);
    // The beams of a prompt change places and keep their source.
    const isSame = sources.length === this.#sources.length &&
      sources.every((source, row) => source === this.#sources[row]);
    if (isSame) return;
    this.#sources = sources;
    this.#kept = Object.fromEntries(
      Object.entries(this.#kept).map(([name, each]) => [name, this.#rowsOf(each, rows)]),
    );
  }

  #rowsOf({ data, shape: [count, ...others] }: HostTensor, rows: readonly number[]): HostTensor {
    const { allocate = (numbers) => new Float32Array(numbers) } = this.#options;
    const length = data.length / count;
    const made = data instanceof Float32Array
      ? allocate(rows.length * length)
      : new Int32Array(rows.length * length);
    rows.forEach((row, at) =>
      made.set(data.subarray(row * length, (row + 1) * length) as typeof made, at * length)
    );
    return { shape: [rows.length, ...others], data: made };
  }
}
