/**
 * Seeded random numbers that can be saved and continued: xoshiro128** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2018), seeded by splitmix32.
 *
 * @module
 */

/** The four 32-bit words of a generator; plain JSON, so that a checkpoint can hold it. */
export type RandomState = readonly [number, number, number, number];

/**
 * A reproducible stream of random numbers.
 *
 * @example
 * ```ts
 * import { Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const random = Random.fromSeed(1);
 * const saved = random.state;
 * const first = random.uniform();
 * assert.equal(Random.fromState(saved).uniform(), first);
 * ```
 */
export class Random {
  #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** A stream that depends only on `seed` and, if given, on the names or numbers after it. */
  static fromSeed(seed: number, ...path: (string | number)[]): Random {
    let mix = seed >>> 0;
    for (const part of path) mix = hash(`${mix}/${part}`);
    const words = new Uint32Array(4);
    for (let i = 0; i < words.length; i++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      let word = mix;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      words[i] = word ^ (word >>> 15);
    }
    return new Random(words);
  }

  /** Continues a stream from a saved state. */
  static fromState(state: RandomState): Random {
    return new Random(Uint32Array.from(state));
  }

  /** The state to save. */
  get state(): RandomState {
    const [a, b, c, d] = this.#words;
    return [a, b, c, d];
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const w = this.#words;
    const scrambled = Math.imul(rotate(Math.imul(w[1], 5), 7), 9) >>> 0;
    const shifted = w[1] << 9;
    w[2] ^= w[0];
    w[3] ^= w[1];
    w[1] ^= w[2];
    w[0] ^= w[3];
    w[2] ^= shifted;
    w[3] = rotate(w[3], 11);
    return scrambled;
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** An integer in [0, limit). */
  integer(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** A standard normal number (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles `items` in place (Fisher and Yates) and returns it. */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** FNV-1a over the text's UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}
