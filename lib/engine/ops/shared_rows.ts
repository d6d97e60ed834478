/**
 * Rows of which several groups have some in common: computed once, they are repeated for what reads a whole
 * group, and taken out of its results.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** Where the rows of groups stand in a grid, all int32. */
export interface GridRows {
  /** For each cell of the grid the row that it has, [cells]; any row where it has none. */
  readonly rows: Tensor;
  /** The cell of each row, the first one of a shared row, [rows]. */
  readonly cells: Tensor;
  /** For each shared row its cells, as many of each, [shared, copies]. */
  readonly sharedCells: Tensor;
  /** Where each row is among the shared ones and, behind them, all cells, [rows]. */
  readonly sums: Tensor;
  /** 1 for the cells in `cells`, else 0, [cells]. */
  readonly isRead: Tensor;
}

const flat = (x: Tensor) => tf.reshape(x, [-1]) as never;

/**
 * The cells of a grid out of rows [rows, width]: [cells, width]. A cell without a row of its own must take no part in
 * anything, so that its gradient is 0.
 */
export function spreadRows(x: Tensor, { rows, sharedCells, sums }: GridRows): Tensor {
  const width = x.shape[1]!;
  const run = tf.customGrad((given, ...others) => {
    const save = others.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([sharedCells, sums]);
    return {
      value: tf.gather(given as Tensor, flat(rows)),
      gradFunc(dy: Tensor, [shared, sums]: Tensor[]) {
        const copies = tf.reshape(tf.gather(dy, flat(shared)), [...shared.shape, width]);
        return tf.gather(tf.concat([tf.sum(copies, 1), dy], 0), flat(sums));
      },
    };
  });
  return run(x);
}

/** The rows out of what was made of a grid's cells, [cells, width]: [rows, width]. */
export function collectRows(y: Tensor, { rows, cells, isRead }: GridRows): Tensor {
  const run = tf.customGrad((given, ...others) => {
    const save = others.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([rows, isRead]);
    return {
      value: tf.gather(given as Tensor, flat(cells)),
      gradFunc: (dy: Tensor, [rows, isRead]: Tensor[]) =>
        tf.mul(tf.gather(dy, flat(rows)), tf.cast(tf.reshape(isRead, [-1, 1]), "float32")),
    };
  });
  return run(y);
}
