/**
 * What a model said about held-out rows, as metrics take it. Every task names its `kind`; a metric says
 * which kinds it scores.
 *
 * @module
 */

/** The least that all predictions have: which metrics may be asked, and how many rows there are. */
export interface AnyPredictions {
  /** What metrics look at to know whether they can score these predictions. */
  readonly kind: string;
  /** Rows of the table; at least one. */
  readonly rows: number;
  /**
   * The predictions of some rows, which may come more than once, for intervals over drawn rows; absent
   * where a score needs all rows.
   */
  select?(rows: ArrayLike<number>): AnyPredictions;
}

/** One label a row, any number of labels a row, numbers, or next tokens. */
export type ClassKind = "single" | "multi" | "regression" | "language";

/** Predictions that are numbers of each row, with what is true. `predictionsOf` makes them. */
export interface Predictions<Kind extends ClassKind = ClassKind> extends AnyPredictions {
  readonly kind: Kind;
  /** The name of each output. */
  readonly labels: readonly string[];
  /**
   * `[rows × outputs]`, row after row: logits, the values of a regression, or of next tokens the mean
   * loss of each row's tokens.
   */
  readonly logits: Float32Array;
  /**
   * Same shape: softmax of a single label, sigmoid of many; for a regression the values; for next
   * tokens the geometric mean of their probabilities.
   */
  readonly probabilities: Float32Array;
  /**
   * Single: the class index of each row. Multi: `[rows × outputs]` of 0 and 1. Regression: values.
   * Next tokens: how many were predicted in each row.
   */
  readonly truth: Int32Array | Float32Array;
  /** The same shape as `truth`; for next tokens the losses. */
  readonly predicted: Int32Array | Float32Array;
  /** Of next tokens, how many of each row were the most likely ones, where that was asked, [rows]. */
  readonly correct?: Int32Array;
}
