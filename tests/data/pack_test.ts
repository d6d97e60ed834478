import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { cheapestLayout, fullestRow, packRows } from "../../lib/data/pack.ts";
import { type BatchLayout, paddedLayout } from "../../lib/text/batch_layout.ts";

/** The examples of each row with their places in it, checked for overlaps and overflow. */
function rowsOf({ rows, length, starts }: BatchLayout, lengths: readonly number[]): number[][] {
  const found: number[][] = Array.from({ length: rows }, () => Array(length).fill(-1));
  starts.forEach((start, example) => {
    const row = found[Math.floor(start / length)];
    for (let i = 0; i < lengths[example]; i++) {
      assert.equal(row[start % length + i], -1, `example ${example} overlaps or overflows`);
      row[start % length + i] = example;
    }
  });
  return found;
}

Deno.test("examples go from the longest to the shortest into the first row with room", () => {
  const lengths = [2, 5, 3, 3, 1];
  const layout = packRows(lengths, 6);
  assert.deepEqual(rowsOf(layout, lengths), [[1, 1, 1, 1, 1, 4], [2, 2, 2, 3, 3, 3], [
    ...[0, 0],
    ...[-1, -1, -1, -1],
  ]]);
  assert.equal(fullestRow(layout), 2);
});

Deno.test("rows are as long as the fullest, and an example above the capacity has its own", () => {
  assert.deepEqual(packRows([2, 3], 100), { rows: 1, length: 5, starts: Int32Array.of(3, 0) });
  const lengths = [9, 2, 2];
  assert.deepEqual(rowsOf(packRows(lengths, 4), lengths), [
    Array(9).fill(0),
    [1, 1, 2, 2, -1, -1, -1, -1, -1],
  ]);
});

Deno.test("every example of random batches has its place, the same each time", () => {
  const random = Random.fromSeed(1, "pack");
  for (let run = 0; run < 200; run++) {
    const lengths = Array.from({ length: 1 + random.integer(20) }, () => 1 + random.integer(30));
    const capacity = 1 + random.integer(80);
    const layout = packRows(lengths, capacity);
    const placed = rowsOf(layout, lengths).flat().filter((example) => example >= 0);
    assert.equal(placed.length, lengths.reduce((sum, length) => sum + length, 0));
    assert.ok(layout.length <= Math.max(capacity, ...lengths));
    assert.deepEqual(packRows(lengths, capacity), layout);
  }
});

Deno.test("the cheapest layout pads where longer rows cost much and packs where tokens do", () => {
  const lengths = [8, 3, 3, 2, 2];
  const byTokens = cheapestLayout(lengths, (rows, length) => rows * length);
  assert.equal(byTokens.rows * byTokens.length, 18, "no padding is left");
  const bySquares = cheapestLayout([4, 4, 3], (rows, length) => rows * length ** 2);
  assert.deepEqual(bySquares, paddedLayout([4, 4, 3]));
});

Deno.test("the cheapest layout is never dearer than padding or than any capacity", () => {
  const random = Random.fromSeed(2, "pack");
  const cost = (rows: number, length: number, fullest: number) =>
    rows * (length + length ** 2 / 40 + fullest / 6);
  const costOf = (layout: BatchLayout) => cost(layout.rows, layout.length, fullestRow(layout));
  for (let run = 0; run < 100; run++) {
    const lengths = Array.from({ length: 1 + random.integer(16) }, () => 2 + random.integer(40));
    const found = costOf(cheapestLayout(lengths, cost));
    assert.ok(found <= costOf(paddedLayout(lengths)));
    assert.ok(found <= costOf(packRows(lengths, Math.max(...lengths))));
  }
});
