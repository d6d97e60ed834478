/**
 * Open dimensions. A program is traced with a large prime, the *marker*, in the place of each size
 * that is known only at run time. A number that the trace meets in a shape is then factored back:
 * 2 · 10007 · 12553 can only be 2 · batch · sequence. A size that comes from a marker in another way
 * looks like a plain number here; it is found because a program is traced twice, with different
 * markers (`passes/check_sizes.ts`).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Value } from "./value.ts";

/** A size that is known only at run time, and a tensor axis where it can be read. */
export interface OpenDim {
  readonly name: string;
  readonly marker: number;
  readonly source: { readonly value: Value; readonly axis: number };
}

/** A size as a product: a constant times open dimensions. */
export interface Factors {
  readonly constant: number;
  readonly open: readonly OpenDim[];
}

/**
 * Primes, each a tenth larger than the one before, so that a marker with a prefix of some hundred
 * tokens is no other marker. Four of them times a width stay exact.
 */
const primes = [
  ...[10007, 10937, 11953, 13063, 14281, 15601, 17041, 18617, 20333, 22229, 24281, 26501],
  ...[28949, 31627, 34537, 37699, 41177, 44959, 49103, 53609, 58537, 63929, 69809, 76207],
];
/** Markers of one trace: adapters with prefixes at all attentions of an encoder-decoder need ten. */
const maxOpenDims = 10;

/** Markers of parts are larger than all others, so that sizes are tried with parts first. */
const leastPartMarker = 100_003;
/** Parts that one trace can tell apart: eight blocks and what each of them sees. */
const maxParts = 64;

/** Primes from `leastPartMarker` on, as far as a trace has needed them. */
const partPrimes: number[] = [];

/** Markers for parts of open dimensions, primes that divide no fixed size; each trace has its own. */
export function partMarkers(fixedSizes: readonly number[], traceNumber: 1 | 2): number[] {
  const found: number[] = [];
  for (let index = 0; found.length < traceNumber * maxParts; index++) {
    const prime = partPrime(index);
    if (fixedSizes.every((size) => size % prime !== 0 || !size)) found.push(prime);
  }
  return found.slice(-maxParts);
}

function partPrime(index: number): number {
  let n = (partPrimes.at(-1) ?? leastPartMarker - 2) + 2;
  for (; partPrimes.length <= index; n += 2) if (isPrime(n)) partPrimes.push(n);
  return partPrimes[index];
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) {
    if (odd % divisor === 0) return false;
  }
  return true;
}

/**
 * One marker for each name, none of which divides a fixed size. The second trace takes other markers
 * than the first.
 */
export function chooseMarkers(
  names: readonly string[],
  fixedSizes: readonly number[],
  traceNumber: 1 | 2,
): ReadonlyMap<string, number> {
  if (names.length > maxOpenDims) {
    throw new TunebookError(
      "unsupported",
      `a program can have ${maxOpenDims} open dimensions; "${names[maxOpenDims]}" is one too many`,
    );
  }
  const usable = primes.filter((prime) => fixedSizes.every((size) => size % prime !== 0 || !size));
  if (usable.length < 2 * names.length) {
    throw new TunebookError(
      "unsupported",
      `the fixed sizes ${fixedSizes.join(", ")} leave no markers for ${names.join(", ")}`,
    );
  }
  const first = traceNumber === 1 ? 0 : names.length;
  return new Map(names.map((name, i) => [name, usable[first + i]]));
}

/** The open dimensions of one trace. */
export class OpenDims {
  #dims: OpenDim[] = [];
  #parts = new Map<string, number>();
  /** What is left of `partMarkers`. */
  #spare: number[] = [];

  /** Gives the markers that parts of open dimensions get. */
  reserve(markers: readonly number[]): void {
    this.#spare = [...markers];
  }

  /** Whether the trace has cut open dimensions into parts. */
  get hasParts(): boolean {
    return this.#parts.size > 0;
  }

  /** The marker of a part of an open dimension, the same for the same name. */
  partOf(name: string): number {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const marker = this.#spare.shift();
    if (marker === undefined) {
      throw new TunebookError(
        "unsupported",
        `a program can cut its open dimensions into ${maxParts} parts; one more is too many`,
      );
    }
    this.#parts.set(name, marker);
    return marker;
  }

  /** All open dimensions, the largest marker first. */
  get all(): readonly OpenDim[] {
    return this.#dims;
  }

  /** Registers a dimension, or a sum such as `sequence + 20` that a concatenation made. */
  add(dim: OpenDim): void {
    if (this.#dims.some((known) => known.marker === dim.marker)) return;
    this.#dims.push(dim);
    // Largest first, so that a size is tried with the sums before their parts.
    this.#dims.sort((a, b) => b.marker - a.marker);
  }

  /** True where `size` is a multiple of an open dimension. */
  isOpen(size: number): boolean {
    return this.#dims.some(({ marker }) => size !== 0 && size % marker === 0);
  }

  /** Writes a size as constant × open dimensions. */
  factor(size: number): Factors {
    let constant = size;
    const open: OpenDim[] = [];
    for (const dim of this.#dims) {
      while (constant !== 0 && constant % dim.marker === 0) {
        constant /= dim.marker;
        open.push(dim);
      }
    }
    return { constant, open };
  }
}
