import assert from "node:assert/strict";
import { shares, splitRows, splitTable } from "../../lib/data/split.ts";
import { columnValues } from "../../lib/table/columns.ts";
import { tableFromColumns } from "../../lib/table/table.ts";

const numbered = (rows: number, classOf: (row: number) => unknown) =>
  tableFromColumns({
    row: Array.from({ length: rows }, (_, row) => row),
    class: Array.from({ length: rows }, (_, row) => classOf(row)),
  });

Deno.test("3000 rows with a fifth for the test are 2400 and 600, class by class", () => {
  const table = numbered(3000, (row) => row % 2 ? "positive" : "negative");
  const { train, test } = splitTable(table, { test: 0.2, seed: 1, stratify: "class" });
  assert.deepEqual([train.numRows(), test.numRows()], [2400, 600]);
  const positive = columnValues(test, "class").filter((name) => name === "positive");
  assert.equal(positive.length, 300);
});

Deno.test("classes that are integers of 64 bits are kept apart", () => {
  const table = numbered(100, (row) => 2n ** 60n + BigInt(row % 2));
  const { test } = splitTable(table, { test: 0.2, seed: 1, stratify: "class" });
  const odd = columnValues(test, "class").filter((value) => BigInt(value as bigint) % 2n === 1n);
  assert.deepEqual([test.numRows(), odd.length], [20, 10]);
});

Deno.test("every row is in exactly one split, in order", () => {
  const table = numbered(101, (row) => row % 7);
  for (const stratify of [undefined, "class"]) {
    const rows = splitRows(table, { test: 0.3, validation: 13, seed: 5, stratify });
    assert.deepEqual([rows.train.length, rows.validation?.length, rows.test.length], [58, 13, 30]);
    const all = [...rows.train, ...rows.validation!, ...rows.test];
    assert.deepEqual(all.sort((a, b) => a - b), Array.from({ length: 101 }, (_, row) => row));
    for (const part of Object.values(rows)) {
      assert.deepEqual([...part], [...part].sort((a, b) => a - b));
    }
  }
});

Deno.test("the seed decides the split", () => {
  const table = numbered(200, (row) => row % 3);
  const of = (seed: number) => [...splitRows(table, { test: 50, seed, stratify: "class" }).test];
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

Deno.test("rare classes stay in the training split", () => {
  const table = numbered(100, (row) => row === 50 ? "rare" : row % 2 ? "a" : "b");
  for (let seed = 0; seed < 20; seed++) {
    const { train } = splitTable(table, { test: 0.5, seed, stratify: "class" });
    assert.ok(columnValues(train, "class").includes("rare"));
  }
});

Deno.test("splits what a filtered and ordered table shows", () => {
  const table = numbered(20, () => "a").filter((row: { row: number }) => row.row >= 10);
  const { train, test } = splitTable(table, { test: 0.3, seed: 1 });
  assert.equal(train.numRows() + test.numRows(), 10);
  for (const part of [train, test]) {
    assert.ok(columnValues(part, "row").every((row) => Number(row) >= 10));
  }
});

Deno.test("shares are proportional, whole and exact in sum", () => {
  assert.deepEqual(shares([50, 30, 20], 10), [5, 3, 2]);
  assert.deepEqual(shares([1, 1, 98], 50), [0, 0, 50]);
  assert.deepEqual(shares([5, 5, 5], 4), [2, 1, 1]);
  // Only by taking whole classes can so many be held out.
  assert.deepEqual(shares([1, 1, 1], 2), [1, 1, 0]);
  for (let size = 0; size <= 40; size++) {
    const given = shares([17, 3, 1, 19], size);
    assert.equal(given.reduce((sum, count) => sum + count, 0), size);
    given.forEach((count, index) => {
      const quota = [17, 3, 1, 19][index] * size / 40;
      // Sparing one row of each class moves a share by one more at the most.
      if (size <= 36) assert.ok(Math.abs(count - quota) <= 2, `${size}: ${given}`);
    });
  }
});
