/**
 * Puts several examples of a batch into one row, so that little padding is computed.
 *
 * @module
 */
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";

/**
 * First-fit decreasing: the examples, from the longest to the shortest (of equal ones the first),
 * go into the first row that has room (Johnson, 1973: at most 11/9 of the fewest rows, and one).
 * Rows are as long as the fullest one. The same lengths give the same layout.
 *
 * @param lengths tokens of each example, [examples]
 * @param capacity the most tokens of a row; a longer example has a row of its own
 */
export function packRows(lengths: ArrayLike<number>, capacity: number): BatchLayout {
  const order = Array.from(lengths, (_, example) => example)
    .sort((a, b) => lengths[b] - lengths[a] || a - b);
  const filled: number[] = [];
  const rowOf = new Int32Array(lengths.length);
  const offsets = new Int32Array(lengths.length);
  for (const example of order) {
    const found = filled.findIndex((tokens) => tokens + lengths[example] <= capacity);
    const row = found < 0 ? filled.push(0) - 1 : found;
    rowOf[example] = row;
    offsets[example] = filled[row];
    filled[row] += lengths[example];
  }
  const length = Math.max(0, ...filled);
  return {
    rows: filled.length,
    length,
    starts: offsets.map((offset, example) => rowOf[example] * length + offset),
  };
}

/** What a batch costs in a certain layout, in any unit; `fullest` is the most examples of a row. */
export type LayoutCost = (rows: number, length: number, fullest: number) => number;

/**
 * The cheapest of the padded layout and those that `packRows` gives for rows of a half, a third …
 * of all tokens. The cost must not fall when the same tokens and examples stand in fewer and longer rows.
 *
 * @param lengths tokens of each example, [examples]
 */
export function cheapestLayout(lengths: ArrayLike<number>, cost: LayoutCost): BatchLayout {
  const costOf = (layout: BatchLayout) => cost(layout.rows, layout.length, fullestRow(layout));
  const padded = paddedLayout(lengths);
  let best = padded;
  let least = costOf(padded);
  const tokens = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  let tried = 0;
  for (let rows = lengths.length; rows > 0; rows--) {
    const capacity = Math.max(padded.length, Math.ceil(tokens / rows));
    if (capacity === tried) continue;
    tried = capacity;
    // Without any padding it would cost so much; longer rows would only cost more.
    const examples = lengths.length * capacity / tokens;
    if (cost(tokens / capacity, capacity, examples) >= least) break;
    const layout = packRows(lengths, capacity);
    const found = costOf(layout);
    if (found < least) [best, least] = [layout, found];
  }
  return best;
}

/** The most examples that share a row. */
export function fullestRow({ rows, length, starts }: BatchLayout): number {
  const counts = new Int32Array(rows);
  for (const start of starts) counts[Math.floor(start / length)]++;
  return counts.reduce((most, count) => Math.max(most, count), 0);
}
