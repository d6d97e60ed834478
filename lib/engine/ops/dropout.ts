/**
 * Dropout (Srivastava et al., 2014) inside a compiled step. A step is fed a small *noise* vector of
 * uniform numbers; each dropout site spreads it over its tensor with a pairwise independent hash,
 * so that a mask is fresh in every step and depends only on the noise, on every device alike.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** A row or column takes its numbers from a window of so many; those after it are moved on. */
export const noiseWindow = 4093;
/** Sites that share what rows draw: their columns draw from windows that do not overlap. */
const sitesInGroup = 4;

/** How many uniform numbers in [0, 1) a step is fed. */
export const noiseSize: number = sitesInGroup * noiseWindow;

/** Where a window can begin. */
const starts = noiseSize - noiseWindow + 1;
/** Distances of the windows of two groups; unlike, so that no two rows draw the same pair. */
const slopeStride = 617;
const shiftStride = 1489;
/** Where a group's windows of shifts begin. */
const firstShift = 5471;

/** Columns are multiplied by up to this number; twelve bits leave twelve for the fraction. */
const spread = 4096;

/** The numbers 0 … size − 1, in windows. */
interface Positions {
  /** Within the window, int32 [size]. */
  readonly within: Tensor;
  /** Which window, [size]; absent where there is one. */
  readonly windows?: Tensor;
}

/** What the rows of all sites of a group draw, both [rows, 1]. */
interface RowNumbers {
  readonly slope: Tensor;
  readonly shift: Tensor;
}

/**
 * The noise of one pass. What several sites need is computed once: sites of a group draw the same
 * numbers for rows, and other ones for columns.
 */
export class Noise {
  readonly #positions = new Map<number, Positions>();
  readonly #rows = new Map<string, RowNumbers>();

  /** @param numbers [noiseSize], uniform in [0, 1) */
  constructor(readonly numbers: Tensor) {}

  /** Numbers of the rows of x [rows, width]. */
  rowsOf(x: Tensor, site: number): RowNumbers {
    const group = Math.floor(site / sitesInGroup);
    const key = `${x.shape[0]} ${group}`;
    let found = this.#rows.get(key);
    if (found === undefined) {
      const positions = this.#positionsOf(x, 0);
      const drawn = (start: number) => tf.reshape(this.#drawn(positions, start % starts), [-1, 1]);
      const slope = drawn(group * slopeStride);
      found = { slope, shift: drawn(firstShift + group * shiftStride) };
      this.#rows.set(key, found);
    }
    return found;
  }

  /** Numbers of the columns of x [rows, width]: [1, width]. */
  columnsOf(x: Tensor, site: number): Tensor {
    const start = (site % sitesInGroup) * noiseWindow;
    return tf.reshape(this.#drawn(this.#positionsOf(x, 1), start), [1, -1]);
  }

  /** Numbers of a window that begins at `start`; later windows are the first, moved on the circle. */
  #drawn({ within, windows }: Positions, start: number): Tensor {
    const numbers = tf.gather(tf.slice(this.numbers, [start], [noiseWindow]), within);
    if (windows === undefined) return numbers;
    const distance = tf.slice(this.numbers, [starts - 1 - start], [1]);
    return fraction(tf.add(numbers, tf.mul(windows, distance)));
  }

  #positionsOf(x: Tensor, axis: 0 | 1): Positions {
    const size = x.shape[axis]!;
    let found = this.#positions.get(size);
    if (found === undefined) {
      const index = count(x, axis);
      found = size <= noiseWindow ? { within: index } : {
        within: tf.mod(index, whole(noiseWindow)),
        windows: tf.cast(tf.floorDiv(index, whole(noiseWindow)), "float32"),
      };
      this.#positions.set(size, found);
    }
    return found;
  }
}

/**
 * Sets a share `rate` of the elements to zero and divides the others by 1 − rate.
 *
 * With a, s per row and c per column drawn from the noise, an element stays where
 * fraction(a·c + s) ≥ rate: uniform for each element and independent for each pair, also of two
 * sites.
 *
 * @param x [..., width]
 * @param site a number that only this place in the model has
 * @param of whether x comes from a product, or is multiplied as a matrix next, as attention weights are
 */
export function dropout(
  x: Tensor,
  rate: number,
  noise: Noise,
  site: number,
  of: "product" | "weights" = "product",
): Tensor {
  if (rate === 0) return x;
  const flat = tf.reshape(x, [-1, x.shape[x.shape.length - 1]]);
  // Drawn outside of the product, so that other sites find it and no gradient passes through.
  const { slope, shift } = noise.rowsOf(flat, site);
  const columns = noise.columnsOf(flat, site);
  // The mask depends on the shape of x alone, so the backward pass is the same product.
  const run = tf.customGrad((...args) => {
    const rows = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    const uniform = fraction(tf.add(tf.mul(slope, tf.mul(columns, spread)), shift)); // [rows, width]
    const kept = notBelow(uniform, rate);
    save([kept]);
    const factor = 1 / (1 - rate);
    // The factor stands on the side where a product can take it over.
    const before = (x: Tensor, kept: Tensor) => tf.mul(tf.mul(x, factor), kept);
    const after = (x: Tensor, kept: Tensor) => tf.mul(tf.mul(x, kept), factor);
    const [there, back] = of === "product" ? [before, after] : [after, before];
    return { value: there(rows, kept), gradFunc: (dy: Tensor, [kept]: Tensor[]) => back(dy, kept) };
  });
  return tf.reshape(run(flat), x.shape);
}

/** 1 where x ≥ rate, else 0. */
function notBelow(x: Tensor, rate: number): Tensor {
  const composed = () => [tf.cast(tf.greaterEqual(x, rate), "float32")];
  return singleNode("NotBelow", { x }, { bound: rate }, composed, { needs: "contrib" })[0];
}

/** 0, 1, 2 … along an axis: [size]. A running sum, since the size may be open. */
function count(x: Tensor, axis: 0 | 1): Tensor {
  const [rows, width] = x.shape as [number, number];
  const line = tf.slice(x, [0, 0], axis === 0 ? [rows, 1] : [1, width]);
  const ones = tf.cast(tf.onesLike(tf.reshape(line, [-1])), "int32");
  return tf.cumsum(ones, 0, true);
}

function fraction(x: Tensor): Tensor {
  return tf.sub(x, tf.floor(x));
}

function whole(value: number): Tensor {
  return tf.scalar(value, "int32");
}
