/**
 * What is watched of a request: a few numbers and classes of its input and of its answer, and no text.
 *
 * @module
 */

/** What one row says of itself. The same functions measure held-out rows and served ones. */
export interface RowSignals {
  /** By name, such as `confidence` and `words`; all finite. */
  readonly numbers: Readonly<Record<string, number>>;
  /** One class by name, such as `label` and `language`. */
  readonly classes: Readonly<Record<string, string>>;
  /** A direction, as `packVector` holds it. */
  readonly vector?: Int8Array;
}

/** Joins what the input and the answer of a row say; the answer's vector is the better one. */
export function joinSignals(input: RowSignals, answer: RowSignals): RowSignals {
  const vector = answer.vector ?? input.vector;
  return {
    numbers: { ...input.numbers, ...answer.numbers },
    classes: { ...input.classes, ...answer.classes },
    ...(vector ? { vector } : {}),
  };
}

/** Numbers of a watched vector. */
export const vectorSize = 128;

/** Full scale of a signed byte. */
const scale = 127;

/** A vector of length 1, each number a signed byte in 127ths; of a vector of zeros all zeros. */
export function packVector(vector: ArrayLike<number>): Int8Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] ** 2;
  const factor = squares > 0 ? scale / Math.sqrt(squares) : 0;
  return Int8Array.from(vector, (value) => Math.round(value * factor));
}

/** The vector that bytes stand for. */
export function unpackVector(bytes: Int8Array): Float64Array {
  return Float64Array.from(bytes, (byte) => byte / scale);
}
