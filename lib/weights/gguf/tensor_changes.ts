/**
 * Undoes what llama.cpp's converter does to tensors.
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

/** The shape as transformers has it. */
export function shapeAfter(change: Change | undefined, shape: readonly number[]): number[] {
  return change === "transposed" ? shape.toReversed() : [...shape];
}

/** The rows of a head stand as pairs that rotate together: 0, half, 1, half + 1 …; each half becomes whole. */
function rowsInHalves(values: Values, [rows]: readonly number[], heads: number): Values {
  const made = new Float32Array(values.length);
  const width = values.length / rows;
  const head = rows / heads;
  const half = head / 2;
  for (let row = 0; row < rows; row++) {
    const [start, within] = [row - row % head, row % head];
    const to = start + (within % 2) * half + (within >> 1);
    made.set(values.subarray(row * width, (row + 1) * width), to * width);
  }
  return made;
}

function transposed(values: Values, [rows, columns]: readonly number[]): Values {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column];
    }
  }
  return turned;
}
