/**
 * The Sobol' sequence.
 *
 * @module
 */
import { Random } from "../../../core/random.ts";
import { sobolDirections } from "./sobol_directions.ts";

/** Binary digits of a number; SciPy takes as many. */
const digits = 30;

/** A point of a sequence by its number from 0, each number in [0, 1). */
export type PointSequence = (at: number) => Float64Array;

/**
 * A Sobol' sequence in Gray code order, as SciPy's `qmc.Sobol` gives it. With a seed it has a random linear
 * scramble and a digital shift (Matoušek 1998).
 */
export function sobolSequence(dimensions: number, seed?: number): PointSequence {
  const places = Array.from({ length: dimensions }, (_, place) => scrambledDirections(place, seed));
  return (at) => {
    const gray = (at ^ (at >>> 1)) >>> 0;
    return Float64Array.from(places, ({ directions, shift }) => {
      let bits = shift;
      for (let digit = 0; digit < digits; digit++) {
        if ((gray >>> digit) & 1) bits ^= directions[digit];
      }
      return bits / 2 ** digits;
    });
  };
}

function scrambledDirections(
  place: number,
  seed: number | undefined,
): { directions: readonly number[]; shift: number } {
  const directions = directionNumbers(place);
  if (seed === undefined) return { directions, shift: 0 };
  const random = Random.fromSeed(seed, "sobol", place);
  const shift = random.bits() >>> (32 - digits);
  // Row `row` of a lower triangular matrix, whose highest digits are the first: ones on its diagonal.
  const rows = Array.from({ length: digits }, (_, row) => {
    const above = random.bits() >>> (32 - digits);
    const keep = 2 ** digits - 2 ** (digits - row);
    return (above & keep) | (1 << (digits - 1 - row));
  });
  const scrambled = directions.map((direction) =>
    rows.reduce((bits, row, at) => bits | (parity(direction & row) << (digits - 1 - at)), 0)
  );
  return { directions: scrambled, shift };
}

/** Whether the number of ones is odd. */
function parity(bits: number): number {
  for (let half = 16; half > 0; half >>= 1) bits ^= bits >>> half;
  return bits & 1;
}

/** The direction numbers of a dimension (Joe and Kuo 2008). */
function directionNumbers(place: number): number[] {
  if (place === 0) return Array.from({ length: digits }, (_, digit) => 1 << (digits - 1 - digit));
  const [polynomial, ...initial] = sobolDirections[place - 1];
  const degree = initial.length;
  const numbers = [...initial];
  for (let at = degree; at < digits; at++) {
    let next = numbers[at - degree] ^ (numbers[at - degree] << degree);
    for (let back = 1; back < degree; back++) {
      if ((polynomial >> (degree - back)) & 1) next ^= numbers[at - back] << back;
    }
    numbers.push(next);
  }
  return numbers.map((number, digit) => number << (digits - 1 - digit));
}
