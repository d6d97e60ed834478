import assert from "node:assert/strict";
import { tableFromColumns, tableFromRows } from "../../../lib/table/table.ts";
import { sentenceEmbeddings } from "../../../lib/tasks/sentence_embeddings.ts";
import { classPairs } from "../../../lib/tasks/sentence_embeddings/class_pairs.ts";
import { isMistake } from "../../is_mistake.ts";

Deno.test("the columns decide what rows are", () => {
  const kinds = [
    sentenceEmbeddings({ anchor: "q", positive: "a" }),
    sentenceEmbeddings({ anchor: "q", positive: "a", negative: ["b", "c"] }),
    sentenceEmbeddings({ first: "a", second: "b", score: "s" }),
    sentenceEmbeddings({ first: "a", second: "b", label: "l" }),
    sentenceEmbeddings({ text: "t", label: "l" }),
  ].map(({ kind, columns, metric }) => [kind, columns.join(), metric].join(" "));
  assert.deepEqual(kinds, [
    "retrieval q,a ndcg",
    "triplets q,a,b,c tripletAccuracy",
    "similarity a,b,s cosineSpearman",
    "pairs a,b,l averagePrecision",
    "pairs t,l averagePrecision",
  ]);
});

Deno.test("all wrong options are one error", () => {
  const wrong = (options: object) => () => sentenceEmbeddings(options as never);
  assert.throws(wrong({}), isMistake("input", "{ anchor, positive }", "{ text, label }"));
  assert.throws(wrong({ anchor: "q", score: "s" }), isMistake("input", "one kind of rows"));
  assert.throws(
    wrong({ anchor: "q", positive: "a", loss: "triplet", poling: "cls" }),
    isMistake("input", 'loss is "triplet"', 'did you mean "pooling"'),
  );
  assert.throws(
    wrong({ anchor: "q", positive: "a", margin: 1, pooling: "max", dimensions: [0], seed: 2 }),
    isMistake(
      "input",
      "margin does not belong to the loss multipleNegativesRanking",
      'pooling is "max"',
      "dimensions is [0]",
      "seed belongs to rows of { text, label }",
    ),
  );
  assert.throws(
    wrong({ first: "a", second: "b", label: "c", loss: "softmax", dimensions: [8], scale: 2 }),
    isMistake("input", "scale does not belong to the loss softmax", "dimensions does not belong"),
  );
  assert.throws(
    wrong({ first: "a", second: "b", label: "c", alike: "yes" }),
    isMistake("input", "alike does not belong to the loss contrastive"),
  );
  assert.throws(
    wrong({ text: "a", label: "c", loss: "softmax", alike: "yes" }),
    isMistake("input", "alike belongs to rows of { first, second, label }"),
  );
  assert.throws(
    wrong({ anchor: "q", positive: "", negative: [] }),
    isMistake("input", 'positive is ""', "negative is []"),
  );
  assert.throws(
    wrong({ first: "a", second: "b", score: "s", scale: -1, symmetric: true }),
    isMistake("input", "scale is -1", "symmetric does not belong to the loss cosent"),
  );
});

Deno.test("all bad rows are one error that counts them", () => {
  const triplets = sentenceEmbeddings({ anchor: "q", positive: "a", negative: "n" });
  const table = tableFromRows([
    { q: "one", a: "two", n: "three" },
    { q: null, a: "two", n: "  " },
    { q: "one", a: "two", n: "two" },
    { q: 7, a: "two", n: "three" },
  ]);
  assert.throws(
    () => triplets.checkRows(table, "rows.csv"),
    isMistake(
      "data",
      "3 of 4 rows of rows.csv",
      'row 2: "q" is missing; "n" is an empty text',
      'row 3: "n" is the same text as "a"',
      'row 4: "q" is number, no text',
    ),
  );
  assert.throws(
    () => triplets.checkRows(tableFromColumns({ q: [], a: [], n: [] }), "rows.csv"),
    isMistake("data", "no rows"),
  );
  assert.throws(
    () => triplets.checkRows(tableFromColumns({ q: ["x"], ans: ["y"], n: ["z"] }), "rows.csv"),
    isMistake("data", 'no column "a"'),
  );
});

Deno.test("scores are numbers, labels 0 or 1, classes anything that has a name", () => {
  const columns = { a: ["x", "y", "z"], b: ["u", "v", "w"] };
  const scored = sentenceEmbeddings({ first: "a", second: "b", score: "s" });
  scored.checkRows(tableFromColumns({ ...columns, s: [0, 4.5, 5n] }), "rows");
  assert.throws(
    () => scored.checkRows(tableFromColumns({ ...columns, s: ["x", NaN, null] }), "rows"),
    isMistake("data", 'row 1: "s" is "x", no finite number', "row 2", 'row 3: "s" is missing'),
  );
  const cosine = sentenceEmbeddings({
    first: "a",
    second: "b",
    score: "s",
    loss: "cosineSimilarity",
  });
  assert.throws(
    () => cosine.checkRows(tableFromColumns({ ...columns, s: [0, 4.5, 1] }), "rows"),
    isMistake("data", "row 2", "from −1 to 1"),
  );
  const labelled = sentenceEmbeddings({ first: "a", second: "b", label: "l" });
  labelled.checkRows(tableFromColumns({ ...columns, l: [0, true, 1n] }), "rows");
  assert.throws(
    () => labelled.checkRows(tableFromColumns({ ...columns, l: [2, "yes", 0] }), "rows"),
    isMistake("data", 'row 1: "l" is "2", not 0 or 1', 'row 2: "l" is "yes"'),
  );
  const classes = sentenceEmbeddings({ text: "a", label: "l" });
  classes.checkRows(tableFromColumns({ ...columns, l: ["x", 3, true] }), "rows");
  assert.throws(
    () => classes.checkRows(tableFromColumns({ ...columns, l: ["x", " ", {}] }), "rows"),
    isMistake("data", "row 2", "row 3", "no class"),
  );
});

Deno.test("a row's preview and the report name its texts", () => {
  const task = sentenceEmbeddings({ first: "a", second: "b", score: "s" });
  const table = tableFromColumns({ a: ["one"], b: ["two"], s: [0.5] });
  assert.deepEqual(task.preview(table, 0), { text: "one", label: "two | 0.5" });
  assert.deepEqual(task.report.texts(table), ["one ↔ two"]);
  assert.deepEqual(task.report.numbers!(table), [0.5]);
});

Deno.test("pairs of classes are right, each stands once, and a seed draws the same ones", () => {
  for (const rows of [12, 500]) {
    const classes = Array.from({ length: rows }, (_, row) => `class ${row % 3}`);
    const draw = (seed: number) => classPairs(classes, { perText: 4, seed, where: "the data" });
    const { pairs, labels } = draw(1);
    pairs.forEach(([a, b], at) => {
      assert.ok(a < b);
      assert.equal(labels[at], classes[a] === classes[b] ? 1 : 0);
    });
    assert.equal(new Set(pairs.map((pair) => pair.join())).size, pairs.length);
    const alike = labels.reduce((sum, label) => sum + label, 0);
    assert.ok(alike > pairs.length / 3 && alike < 2 * pairs.length / 3);
    const drawn = Math.max(...classes.map((_, row) => pairs.filter((p) => p.includes(row)).length));
    assert.ok(drawn >= 8 || rows === 12);
    assert.deepEqual(draw(1), { pairs, labels });
    assert.notDeepEqual(draw(2).pairs, pairs);
  }
  // A class of one text has no pairs of its own, the others do.
  const lone = classPairs(["a", "a", "b"], { perText: 9, seed: 1, where: "the data" });
  assert.deepEqual(lone.pairs.map(String).sort(), ["0,1", "0,2", "1,2"]);
});

Deno.test("classes that make no pairs are refused", () => {
  const draw = (...classes: string[]) => () =>
    classPairs(classes, { perText: 1, seed: 1, where: "the test data" });
  assert.throws(draw("a", "a"), isMistake("data", "the test data", 'only the class "a"'));
  assert.throws(draw("a", "b"), isMistake("data", "two of a class"));
});

Deno.test("a negative that is the anchor, and a class that is an object, are told with their rows", () => {
  const triplets = tableFromRows([{ a: "x", p: "y", n: "x" }]);
  assert.throws(
    () =>
      sentenceEmbeddings({ anchor: "a", positive: "p", negative: "n" }).checkRows(triplets, "f"),
    isMistake("data", 'row 1: "n" is the same text as "a"'),
  );
  const classes = tableFromRows([{ t: "x", l: { id: 1n } }, { t: "y", l: "b" }]);
  assert.throws(
    () => sentenceEmbeddings({ text: "t", label: "l" }).checkRows(classes, "f"),
    isMistake("data", 'row 1: "l" is object, no class'),
  );
});

Deno.test("pairs with one label or score teach nothing", () => {
  const pairs = tableFromRows([{ a: "x", b: "y", n: 1 }, { a: "u", b: "v", n: 1 }]);
  const splits = { train: pairs, test: pairs };
  assert.throws(
    () => sentenceEmbeddings({ first: "a", second: "b", label: "n" }).read(splits),
    isMistake("data", "all 2 rows of the training data", 'the label 1 in "n"'),
  );
  assert.throws(
    () => sentenceEmbeddings({ first: "a", second: "b", score: "n" }).read(splits),
    isMistake("data", 'the score 1 in "n"'),
  );
});

Deno.test("a score beyond what a model computes with, and a column of two meanings, are mistakes", () => {
  const pairs = tableFromRows([{ a: "x", b: "y", n: 1e39 }]);
  assert.throws(
    () => sentenceEmbeddings({ first: "a", second: "b", score: "n" }).checkRows(pairs, "f"),
    isMistake("data", 'row 1: "n" is "1e+39", no finite number'),
  );
  assert.throws(
    () => sentenceEmbeddings({ anchor: "a", positive: "a" }),
    isMistake("input", "anchor, positive must be different columns"),
  );
});

Deno.test("a class is a text or a whole number, and never NaN", () => {
  const task = sentenceEmbeddings({ text: "t", label: "l" });
  const table = tableFromColumns({ t: ["a", "b", "c", "d", NaN], l: [NaN, 1.5, 2, "x", true] });
  assert.throws(
    () => task.checkRows(table, "the data"),
    isMistake(
      "data",
      "these 3 of 5 rows",
      'row 1: "l" is missing',
      'row 2: "l" is 1.5, no class: not a whole number',
      'row 5: "t" is missing',
    ),
  );
});

Deno.test("of scores and labels only the cells that are none are listed (D10)", () => {
  const columns = { a: ["x", "y", "z"], b: ["u", "v", "w"] };
  const scored = sentenceEmbeddings({ first: "a", second: "b", score: "s" });
  assert.throws(
    () => scored.checkRows(tableFromColumns({ ...columns, s: ["1", "N/A", "2.5"] }), "rows"),
    {
      message:
        'correct or remove these 1 of 3 rows of rows:\n  - row 2: "s" is "N/A", no finite number',
    },
  );
  const labelled = sentenceEmbeddings({ first: "a", second: "b", label: "l" });
  assert.throws(
    () => labelled.checkRows(tableFromColumns({ ...columns, l: ["1", "0", "NA"] }), "rows"),
    { message: 'correct or remove these 1 of 3 rows of rows:\n  - row 3: "l" is "NA", not 0 or 1' },
  );
});

Deno.test("classes have one name each, as those of all tasks", () => {
  const task = sentenceEmbeddings({ text: "t", label: "l" });
  const rows = (l: unknown[]) => tableFromColumns({ t: ["a", "b", "c", "d"], l });
  task.checkRows(rows(["x", "x ", "y", " y"]), "rows");
  assert.deepEqual(task.report.classes!(rows(["x", "x ", "y", " y"])).flat(), ["x", "x", "y", "y"]);
  assert.throws(
    () => task.checkRows(rows(["x", "x\u200b", "y", "y"]), "rows"),
    isMistake("data", 'the column "l" of rows', String.raw`"x" (row 1) and "x\u200b" (row 2)`),
  );
  assert.throws(
    () => task.checkRows(rows(["1", "1", "2", "NaN"]), "rows"),
    isMistake("data", 'row 4: "NaN" among numbers'),
  );
});
