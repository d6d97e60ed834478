/** Folds: each row once, groups whole, classes in equal shares, as scikit-learn cuts them. */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { balancedGroups, stratifiedGroups } from "../../lib/data/fold_groups.ts";
import { kFold, type KFoldOptions, kFoldRows } from "../../lib/data/k_fold.ts";
import { type Table, tableFromColumns } from "../../lib/table/table.ts";
import { goldenSelection } from "../evaluate/golden_selection.ts";
import { isMistake } from "../is_mistake.ts";

/** Rows of three classes, unevenly, by authors who write one to eight of them. */
function reviews(rows: number, seed: number): Table {
  const random = Random.fromSeed(seed, "reviews");
  const label = Array.from(
    { length: rows },
    () => ["a", "a", "a", "b", "b", "c"][random.integer(6)],
  );
  const author: string[] = [];
  while (author.length < rows) {
    const name = `author ${author.length}`;
    author.push(...new Array<string>(1 + random.integer(8)).fill(name));
  }
  return tableFromColumns({ label, author: author.slice(0, rows) });
}

/** How many of each value there are. */
function counted(values: Iterable<unknown>): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const kinds: readonly Omit<KFoldOptions, "folds" | "seed">[] = [
  {},
  { stratify: "label" },
  { groups: "author" },
  { stratify: "label", groups: "author" },
];

Deno.test("each row is held out once, whatever the kind of folds", () => {
  for (const kind of kinds) {
    for (const [rows, folds, seed] of [[40, 2, 1], [41, 5, 2], [103, 10, 3]]) {
      const held = kFoldRows(reviews(rows, seed), { ...kind, folds, seed });
      const what = JSON.stringify({ ...kind, rows, folds });
      assert.equal(held.length, folds, what);
      assert.ok(held.every(({ length }) => length > 0), what);
      const all = held.flatMap((each) => [...each]).sort((a, b) => a - b);
      assert.deepEqual(all, Array.from({ length: rows }, (_, row) => row), what);
    }
  }
});

Deno.test("folds differ by one row at most, and so do their rows of each class", () => {
  const table = reviews(103, 4);
  const labels = table.array("label") as string[];
  for (const kind of [{}, { stratify: "label" }]) {
    const held = kFoldRows(table, { ...kind, folds: 5, seed: 1 });
    const sizes = held.map(({ length }) => length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
    if (!kind.stratify) continue;
    for (const label of ["a", "b", "c"]) {
      const own = held.map((rows) => [...rows].filter((row) => labels[row] === label).length);
      assert.ok(Math.max(...own) - Math.min(...own) <= 1, `${label}: ${own}`);
    }
  }
});

Deno.test("no group stands in two folds, and classes keep about their shares", () => {
  const table = reviews(400, 5);
  const [labels, authors] = [table.array("label"), table.array("author")] as [string[], string[]];
  for (const kind of [{ groups: "author" }, { groups: "author", stratify: "label" }]) {
    const held = kFoldRows(table, { ...kind, folds: 5, seed: 1 });
    const seen = new Map<string, number>();
    held.forEach((rows, fold) =>
      rows.forEach((row) => {
        assert.equal(seen.get(authors[row]) ?? fold, fold, authors[row]);
        seen.set(authors[row], fold);
      })
    );
    // No author has more than eight rows.
    for (const { length } of held) assert.ok(Math.abs(length - 80) <= 8, `${length} rows`);
    if (!kind.stratify) continue;
    const whole = counted(labels);
    for (const rows of held) {
      const own = counted([...rows].map((row) => labels[row]));
      for (const [label, count] of whole) {
        assert.ok(Math.abs((own.get(label) ?? 0) - count / 5) <= 8, `${String(label)}`);
      }
    }
  }
});

Deno.test("a seed gives its folds again, another seed others", () => {
  const table = reviews(60, 6);
  for (const kind of kinds) {
    const cut = (seed: number) => kFoldRows(table, { ...kind, folds: 3, seed });
    assert.deepEqual(cut(1), cut(1));
    assert.notDeepEqual(cut(1), cut(2));
  }
});

Deno.test("groups go to the folds of GroupKFold and StratifiedGroupKFold", () => {
  assert.ok(goldenSelection.grouped.length > 0);
  for (const { folds, counts, groupFolds, stratifiedGroupFolds } of goldenSelection.grouped) {
    const sizes = counts.map((group) => group.reduce((sum, count) => sum + count, 0));
    assert.deepEqual(balancedGroups(sizes, folds), groupFolds);
    assert.deepEqual(stratifiedGroups(counts, folds), stratifiedGroupFolds);
  }
});

Deno.test("folds have as many rows of a class as those of StratifiedKFold", () => {
  assert.ok(goldenSelection.stratified.length > 0);
  for (const { folds, labels, counts } of goldenSelection.stratified) {
    const table = tableFromColumns({ label: labels });
    const own = kFoldRows(table, { folds, seed: 1, stratify: "label" }).map((rows) => {
      const found = counted([...rows].map((row) => labels[row]));
      return counts[0].map((_, label) => found.get(label) ?? 0);
    });
    // Which fold has the row that is left over is chance.
    const byClass = (all: number[][]) =>
      counts[0].map((_, label) => all.map((fold) => fold[label]).sort((a, b) => a - b));
    assert.deepEqual(byClass(own), byClass(counts));
  }
});

Deno.test("tables of folds have all columns, and mistakes are told", () => {
  const table = reviews(10, 7);
  const [{ train, test }] = kFold(table, { folds: 5, seed: 1 });
  assert.deepEqual([train.numRows(), test.numRows()], [8, 2]);
  assert.deepEqual(test.columnNames(), ["label", "author"]);
  assert.throws(() => kFold(table, { folds: 1, seed: 1 }), isMistake("input", /folds is 1/));
  assert.throws(
    () => kFold(table, { folds: 11, seed: 1 }),
    isMistake("data", /10 rows .* 11 folds/),
  );
  assert.throws(
    () => kFold(table, { folds: 2, seed: 1, groups: "writer" }),
    isMistake("data", /writer/),
  );
  const one = tableFromColumns({ author: ["x", "x", "y"] });
  assert.throws(
    () => kFold(one, { folds: 3, seed: 1, groups: "author" }),
    isMistake("data", /"author" has 2 values, too few for 3 folds/),
  );
});
