/**
 * Open dimensions. A program is traced with a large prime, the *marker*, in the place of each size
 * that is known only at run time. A number that the trace meets in a shape is then factored back:
 * 2 · 10007 · 10009 can only be 2 · batch · sequence. What cannot be factored with certainty is an
 * error, never a guess.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Value } from "./graph.ts";

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

/** Primes above every width that a layer has in practice; two of them times a width stay exact. */
const markers = [10007, 10009, 10037, 10039, 10061, 10067, 10069, 10079];

/** The open dimensions of one trace. */
export class OpenDims {
  #dims: OpenDim[] = [];

  /** All open dimensions, in the order in which they were met. */
  get all(): readonly OpenDim[] {
    return this.#dims;
  }

  /** The marker of a named dimension that is not bound to a tensor yet: the same for one name. */
  markerOf(name: string, names: readonly string[]): number {
    const index = names.indexOf(name);
    const marker = markers[index];
    if (marker === undefined) {
      throw new TunebookError(
        "unsupported",
        `a program can have ${markers.length} open dimensions; "${name}" is one too many`,
      );
    }
    return marker;
  }

  /** Registers a dimension, or a sum such as `sequence + 20` that a concatenation made. */
  add(dim: OpenDim): void {
    if (this.#dims.some((known) => known.marker === dim.marker)) return;
    this.#dims.push(dim);
    // Longest first, so that a product is tried with the sums before their parts.
    this.#dims.sort((a, b) => b.marker - a.marker);
  }

  /** True where `size` can only have come from an open dimension. */
  isOpen(size: number): boolean {
    return this.#dims.some(({ marker }) => size !== 0 && size % marker === 0);
  }

  /** Writes a size as constant × open dimensions. Throws where it is near a marker but no multiple. */
  factor(size: number, where: string): Factors {
    let constant = size;
    const open: OpenDim[] = [];
    for (const dim of this.#dims) {
      while (constant !== 0 && constant % dim.marker === 0) {
        constant /= dim.marker;
        open.push(dim);
      }
    }
    if (constant >= markers[0] / 2 && this.#looksDerived(constant)) {
      throw new TunebookError(
        "unsupported",
        `${where}: the size ${size} depends on an open dimension in a way that cannot be written ` +
          `as a product of ${this.#dims.map(({ name }) => name).join(", ")}. ` +
          "Compute it inside the program from a tensor's shape.",
      );
    }
    return { constant, open };
  }

  /** Refuses a constant that was computed in JavaScript from an open dimension. */
  refuseNumber(value: number, where: string): void {
    const plain = Math.abs(value);
    if (plain === 0 || !Number.isFinite(plain)) return;
    const inverse = 1 / plain;
    const exactInverse = Math.round(inverse);
    const close = inverse < 1e7 && Math.abs(inverse - exactInverse) <= inverse * 1e-7;
    if (this.isOpen(plain) || (close && this.isOpen(exactInverse))) {
      throw new TunebookError(
        "unsupported",
        `${where}: the number ${value} was computed from an open dimension in JavaScript and would ` +
          "be wrong for any other size. Take counts inside the program, or feed them.",
      );
    }
  }

  /** Sums and differences with a marker stay within this share of it. */
  #looksDerived(constant: number): boolean {
    return this.#dims.some(({ marker }) => Math.abs(constant - marker) < marker / 2);
  }
}
