/**
 * The log-odds of a class, which rank rows as its probability does.
 *
 * @module
 */

/** The logits of rows with one label or several. */
export interface ClassLogits {
  readonly kind: string;
  readonly labels: readonly string[];
  readonly rows: number;
  /** [rows · labels] */
  readonly logits: Float32Array;
}

/** How sure each row is of class k, [rows]: where a row has several labels, its own logit. */
export function classScores({ kind, labels, rows, logits }: ClassLogits, k: number): Float64Array {
  const outputs = labels.length;
  return Float64Array.from(
    { length: rows },
    (_, row) =>
      kind === "multi"
        ? logits[row * outputs + k]
        : logOdds(logits.subarray(row * outputs, (row + 1) * outputs), k),
  );
}

/**
 * Ranks rows as the softmax of class k does, but does not round to equal values near 0 and 1.
 * The others are added in sorted order, so that rows which only swap them stay tied.
 */
function logOdds(row: Float32Array, k: number): number {
  const others = row.filter((_, j) => j !== k).sort();
  const top = others[others.length - 1];
  const sum = others.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return row[k] - top - Math.log(sum);
}
