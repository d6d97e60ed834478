/**
 * What llama.cpp's converter does to tensors, and how it is undone.
 *
 * @module
 */
import type { Change } from "./architectures/architecture.ts";

/** What a change needs to know. */
export interface ChangedTensor {
  /** The stored shape, outermost first. */
  readonly shape: readonly number[];
  /** Heads of queries and of keys. */
  readonly heads: { readonly queries: number; readonly keys: number };
}

type Values = Float32Array<ArrayBuffer>;

/** The tensor as transformers has it. */
export function undo(change: Change, values: Values, { shape, heads }: ChangedTensor): Values {
  switch (change) {
    case "queries":
      return rowsInHalves(values, shape, heads.queries);
    case "keys":
      return rowsInHalves(values, shape, heads.keys);
    case "addedOne":
      return values.map((value) => value - 1);
    case "transposed":
      return shape.length < 2 ? values : transposed(values, shape);
  }
}

/** The tensor as llama.cpp has it; `shape` is that of transformers. */
export function redo(
  change: Change,
  values: Float32Array,
  { shape, heads }: ChangedTensor,
): Float32Array {
  switch (change) {
    case "queries":
      return rowsInPairs(values, shape, heads.queries);
    case "keys":
      return rowsInPairs(values, shape, heads.keys);
    case "addedOne":
      return values.map((value) => value + 1);
    case "transposed":
      return shape.length < 2 ? values : transposed(values, shape);
  }
}

/** The shape as transformers has it, or as llama.cpp has it from that. */
export function shapeAfter(change: Change | undefined, shape: readonly number[]): number[] {
  return change === "transposed" ? shape.toReversed() : [...shape];
}

/** The rows of a head stand as pairs that rotate together: 0, half, 1, half + 1 …; each half becomes whole. */
function rowsInHalves(values: Values, shape: readonly number[], heads: number): Values {
  const { width, pairs } = rowPairs(values, shape, heads);
  const made = new Float32Array(values.length);
  pairs.forEach((half, paired) => {
    made.set(values.subarray(paired * width, (paired + 1) * width), half * width);
  });
  return made;
}

/** The other way round. */
function rowsInPairs(values: Float32Array, shape: readonly number[], heads: number): Values {
  const { width, pairs } = rowPairs(values, shape, heads);
  const made = new Float32Array(values.length);
  pairs.forEach((half, paired) => {
    made.set(values.subarray(half * width, (half + 1) * width), paired * width);
  });
  return made;
}

/** For each row among pairs the row in halves. */
function rowPairs(values: Float32Array, [rows]: readonly number[], heads: number) {
  const head = rows / heads;
  const pairs = Array.from({ length: rows }, (_, row) => {
    const within = row % head;
    return row - within + (within % 2) * (head / 2) + (within >> 1);
  });
  return { width: values.length / rows, pairs };
}

function transposed(values: Float32Array, [rows, columns]: readonly number[]): Values {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column];
    }
  }
  return turned;
}
