/**
 * What the outputs of each notebook must hold. A translation (`.zh.ipynb`) has the expectations of
 * its original. In every notebook no cell fails, and a cell that ends without a semicolon shows a
 * value.
 *
 * @module
 */

/** What a notebook's outputs must hold. */
export interface Expectation {
  /** The fewest images among all outputs. */
  readonly images: number;
  /** Numbers in the plain text of the outputs: the first group of the pattern, and its range. */
  readonly numbers?: readonly {
    readonly pattern: RegExp;
    readonly atLeast: number;
    readonly atMost: number;
  }[];
  /** What the plain text must match. */
  readonly texts?: readonly RegExp[];
}

/** By file name without `.ipynb` and without the language. */
export const expectations: Readonly<Record<string, Expectation>> = {
  "00_check": {
    images: 1,
    numbers: [{ pattern: /accuracy ([\d.]+)/, atLeast: 0.55, atMost: 1 }],
    texts: [/400 rows/, /tensor \[2, 2\] float32/],
  },
};
