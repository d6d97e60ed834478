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

  /** Goes on with the sources of another cache, too, behind its own. Both have been read. */
  join(other: SourceCache): void {
    const width = Math.max(this.#longest(), other.#longest());
    this.#tokens = [...this.tokens, ...other.tokens];
    this.#sources = Array.from(this.#tokens.keys());
    this.#kept = Object.fromEntries(
      Object.entries(this.#kept).map(([name, own]) => {
        const [first, second] = [own, other.#kept[name]]
          .map((each) => this.#withWidth(each, width));
        return [name, this.#joined(first, second)];
      }),
    );
  }

  /** The tokens of the longest source, a method's virtual ones included. */
  #longest(): number {
    const { data, shape: [rows, width] } = this.#kept[sourceMask];
    let longest = 0;
    for (let row = 0; row < rows; row++) {
      const last = data.subarray(row * width, (row + 1) * width).lastIndexOf(1);
      longest = Math.max(longest, last + 1);
    }
    return longest;
  }

  /** A tensor [rows, source] or [rows, heads, source, size] with room for so many tokens of each source. */
  #withWidth({ data, shape }: HostTensor, width: number): HostTensor {
    const axis = shape.length === 2 ? 1 : 2;
    const size = axis === 1 ? 1 : shape[3];
    const old = shape[axis];
    if (old === width) return { data, shape };
    const lines = data.length / (old * size);
    const made = this.#allocated(data, lines * width * size);
    const kept = Math.min(old, width) * size;
    for (let line = 0; line < lines; line++) {
      const from = line * old * size;
      made.set(data.subarray(from, from + kept) as typeof made, line * width * size);
    }
    return { data: made, shape: shape.with(axis, width) };
  }

  #joined(first: HostTensor, second: HostTensor): HostTensor {
    const made = this.#allocated(first.data, first.data.length + second.data.length);
    made.set(first.data as typeof made);
    made.set(second.data as typeof made, first.data.length);
    const [rows, ...others] = first.shape;
    return { data: made, shape: [rows + second.shape[0], ...others] };
  }

  /** New numbers of the same kind, all 0. */
  #allocated(like: HostTensor["data"], length: number): Float32Array | Int32Array {
    const { allocate = (numbers) => new Float32Array(numbers) } = this.#options;
    return like instanceof Float32Array ? allocate(length) : new Int32Array(length);
  }

  #rowsOf({ data, shape: [count, ...others] }: HostTensor, rows: readonly number[]): HostTensor {
    const length = data.length / count;
    const made = this.#allocated(data, rows.length * length);
    rows.forEach((row, at) =>
      made.set(data.subarray(row * length, (row + 1) * length) as typeof made, at * length)
    );
    return { shape: [rows.length, ...others], data: made };
  }
}
