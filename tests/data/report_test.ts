import assert from "node:assert/strict";
import { describeSplits, describeTables } from "../../lib/data/report.ts";
import { tableFromColumns } from "../../lib/table/table.ts";

const train = tableFromColumns({ text: ["a", "b", "a", "c"], y: ["p", "n", "p", "p"] });
const test = tableFromColumns({ text: ["a", "d", "c"], y: ["p", "n", "x"] });

Deno.test("counts rows, classes, duplicates and absent labels", () => {
  const report = describeSplits({ train, validation: undefined, test }, {
    text: "text",
    label: "y",
    lengths: { train: [1, 2, 3, 40] },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    splits: [
      {
        name: "train",
        rows: 4,
        classes: [{ name: "p", rows: 3, share: 0.75 }, { name: "n", rows: 1, share: 0.25 }],
        duplicates: 1,
        contradictions: 0,
        tokens: { half: 2, most: 40, nearly: 40, all: 40 },
      },
      {
        name: "test",
        rows: 3,
        classes: ["n", "p", "x"].map((name) => ({ name, rows: 1, share: 1 / 3 })),
        duplicates: 0,
        contradictions: 0,
      },
    ],
    shared: [{ first: "train", second: "test", rows: 2, examples: ["a", "c"] }],
    absent: [{ split: "test", labels: ["x"] }],
    notes: [],
  });
});

Deno.test("rows of which the model gets nothing are the same as no other", () => {
  const { splits, shared } = describeTables({ train, test }, {
    texts: (table) => table.array("text") as string[],
    inputs: { train: ["1", undefined, undefined, "2"], test: [undefined, "2", "3"] },
  });
  assert.deepEqual(splits.map(({ duplicates }) => duplicates), [0, 0]);
  assert.deepEqual(shared, [{ first: "train", second: "test", rows: 1, examples: ["d"] }]);
});

Deno.test("reads as text", () => {
  assert.equal(
    String(describeSplits({ train, test }, { text: "text", label: "y" })),
    [
      "train: 4 rows · p: 75.0 %, n: 25.0 % · 1 repeated text",
      "test: 3 rows · n: 33.3 %, p: 33.3 %, x: 33.3 %",
      '2 rows of test have a text that is also in train: "a", "c"',
      "labels of test that train lacks: x",
    ].join("\n"),
  );
});

Deno.test("counts each class of a list and gives the range of numbers", () => {
  const lists = tableFromColumns({ text: ["a", "b"], y: [["p", "q"], ["p"]] });
  const [first] = describeSplits({ train: lists }, { text: "text", label: "y" }).splits;
  assert.deepEqual(first.classes.map((entry) => entry.rows), [2, 1]);
  const texts = tableFromColumns({ text: ["a", "b", "c"], y: ["p|q", " p ", ""] });
  const [second] =
    describeSplits({ train: texts }, { text: "text", label: "y", separator: "|" }).splits;
  assert.deepEqual(second.classes.map(({ name, rows }) => [name, rows]), [["p", 2], ["q", 1]]);
  const numbers = tableFromColumns({ text: ["a", "b"], y: [1, 4] });
  const [summary] =
    describeSplits({ train: numbers }, { text: "text", label: "y", regression: true }).splits;
  assert.deepEqual(summary.range, { smallest: 1, mean: 2.5, largest: 4 });
});
