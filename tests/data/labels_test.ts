import assert from "node:assert/strict";
import { readLabels } from "../../lib/data/labels.ts";
import { isMistake } from "../is_mistake.ts";
import { tableFromColumns } from "../../lib/table/table.ts";

const column = (values: unknown[]) => tableFromColumns({ y: values });

Deno.test("texts become classes in natural order", () => {
  const labels = readLabels(column(["class 10", "class 2", "Class 1", "class 2"]), "y", "single");
  assert.deepEqual(labels.names, ["Class 1", "class 2", "class 10"]);
  assert.deepEqual([...labels.ids], [2, 1, 0, 1]);
});

Deno.test("whole numbers and booleans become classes in their own order", () => {
  const numbers = readLabels(column([10, 2, 0, 2]), "y", "single");
  assert.deepEqual([numbers.names, [...numbers.ids]], [["0", "2", "10"], [2, 1, 0, 1]]);
  const negative = readLabels(column([1, -1]), "y", "single");
  assert.deepEqual(negative.names, ["-1", "1"]);
  const booleans = readLabels(column([true, false]), "y", "single");
  assert.deepEqual([booleans.names, [...booleans.ids]], [["false", "true"], [1, 0]]);
});

Deno.test("integers of 64 bits are labels like other whole numbers", () => {
  const large = 2n ** 60n;
  const near = readLabels(column([large + 1n, -3n, 2, large]), "y", "single");
  assert.deepEqual(near.names, ["-3", "2", `${large}`, `${large + 1n}`]);
  assert.deepEqual([...near.ids], [3, 0, 1, 2]);
  const names = ["no", "yes"];
  const named = readLabels(column([1n, 0n]), "y", "single", { names, numbered: true });
  assert.deepEqual([...named.ids], [1, 0]);
  const lists = readLabels(column([[1n, 2n], BigInt64Array.of(2n)]), "y", "multi");
  assert.deepEqual([lists.names, [...lists.targets]], [["1", "2"], [1, 1, 0, 1]]);
  const numbers = readLabels(column([3n, 0.5, large]), "y", "regression");
  assert.deepEqual([...numbers.targets], [3, 0.5, 2 ** 60]);
  assert.throws(
    () => readLabels(column([5n, 1n]), "y", "single", { names: ["0", "1"] }),
    isMistake("data", "row 1: unknown label 5"),
  );
  for (const kind of ["single", "multi", "regression"] as const) {
    assert.throws(
      () => readLabels(column([{ id: large }, { id: 1n }]), "y", kind),
      isMistake("data", `row 1: {"id":"${large}"} is not a`),
    );
  }
  assert.throws(
    () => readLabels(column([10n ** 60n, 1n]), "y", "regression"),
    isMistake("data", "row 1: 1000000", "is not a finite number"),
  );
});

Deno.test("given names order the classes", () => {
  const names = ["neg", "neu", "pos"];
  const texts = readLabels(column(["pos", " neg"]), "y", "single", { names });
  assert.deepEqual([texts.names, [...texts.ids]], [names, [2, 0]]);
});

Deno.test("a number is a position in names only where that was said (D6)", () => {
  const names = ["high", "low", "mid"];
  assert.throws(
    () => readLabels(column([0, 1n, 2]), "y", "single", { names, where: "test.csv" }),
    isMistake(
      "data",
      'the label column "y" of test.csv is wrong:',
      'row 1: unknown label 0; the labels are "high", "low", "mid"',
      "row 2: unknown label 1;",
      "row 3: unknown label 2;",
    ),
  );
  assert.throws(
    () => readLabels(column([[0, 2]]), "y", "multi", { names }),
    isMistake("data", "row 1: unknown label 0;", "row 1: unknown label 2;"),
  );
  const numbered = { names, numbered: true };
  const single = readLabels(column([2, 0, "1", "mid"]), "y", "single", numbered);
  assert.deepEqual([single.names, [...single.ids]], [names, [2, 0, 1, 2]]);
  const multi = readLabels(column([[2, 0], [], ["low"]]), "y", "multi", numbered);
  assert.deepEqual([...multi.targets], [1, 0, 1, 0, 0, 0, 0, 1, 0]);
  assert.throws(
    () => readLabels(column([3, 0]), "y", "single", numbered),
    isMistake("data", "row 1: 3 has no name: there are 3, from 0"),
  );
  // Where a number is itself a name, the name counts.
  const own = { names: ["1", "0"], numbered: true };
  const swapped = readLabels(column([1, 0]), "y", "single", own);
  assert.deepEqual([...swapped.ids], [0, 1]);
});

Deno.test("among numeric names a number that is none of them is unknown, not a position", () => {
  const { names } = readLabels(column([1, 2, 3, 4, 5]), "y", "single");
  assert.throws(
    () => readLabels(column([0, 1]), "y", "single", { names, where: "the test data" }),
    isMistake("data", "the test data", "row 1: unknown label 0"),
  );
  assert.throws(
    () => readLabels(column([[2, 0]]), "y", "multi", { names: ["2", "four"] }),
    isMistake("data", "row 1: unknown label 0"),
  );
});

Deno.test("unknown labels are listed by row with the likely one", () => {
  assert.throws(
    () =>
      readLabels(column(["ham", "spma", "eggs and toast"]), "y", "single", {
        names: ["ham", "spam"],
        where: "test.csv",
      }),
    {
      kind: "data",
      message: [
        'the label column "y" of test.csv is wrong:',
        '  - row 2: unknown label "spma" (did you mean "spam"?)',
        '  - row 3: unknown label "eggs and toast"',
      ].join("\n"),
    },
  );
});

Deno.test("several classes a row, from lists and from texts", () => {
  const wanted = [1, 0, 1, 0, 0, 0, 0, 1, 0];
  const lists = readLabels(column([["a", "c"], [], ["b", "b"]]), "y", "multi");
  assert.deepEqual([lists.names, [...lists.targets]], [["a", "b", "c"], wanted]);
  const texts = readLabels(column(["c | a", "", "b"]), "y", "multi", { separator: "|" });
  assert.deepEqual([texts.names, [...texts.targets]], [["a", "b", "c"], wanted]);
});

Deno.test("regression keeps finite numbers", () => {
  const labels = readLabels(column([1.5, -2, 0]), "y", "regression");
  assert.deepEqual([labels.names, [...labels.targets]], [["y"], [1.5, -2, 0]]);
});

Deno.test("lists of zeros and ones need the names of their positions (D1)", () => {
  const lists: unknown[][] = [
    [[0, 1, 0], [1, 0, 1]],
    [[true, false, true], [false, false, true]],
    [[0, 1], [1, 0]],
    [Float32Array.of(1, 1), Float32Array.of(0, 1)],
    ["[0, 1]", "[1, 1]"],
  ];
  for (const values of lists) {
    assert.throws(
      () => readLabels(column(values), "y", "multi", { where: "hot.jsonl" }),
      isMistake("data", /"y" of hot\.jsonl holds lists of [23] zeros and ones/, "option names"),
    );
  }
  assert.throws(
    () => readLabels(column(["1 0 1", "0 0 1"]), "y", "multi", { separator: " " }),
    isMistake("data", "lists of 3 zeros and ones"),
  );
  const names = ["bad", "warm", "cold"];
  const numbered = { names, numbered: true };
  for (const values of [[[0, 1, 0], [1, 0, 1]], [[false, true, false], "[true, false, true]"]]) {
    const { targets } = readLabels(column(values), "y", "multi", numbered);
    assert.deepEqual([...targets], [0, 1, 0, 1, 0, 1]);
  }
  const two = readLabels(column([[0, 1], [1, 1]]), "y", "multi", {
    names: ["a", "b"],
    numbered: true,
  });
  assert.deepEqual([...two.targets], [0, 1, 1, 1]);
  // Lists of positions are no such lists.
  const positions = readLabels(column([[0, 1], [0], [2]]), "y", "multi");
  assert.deepEqual(positions.names, ["0", "1", "2"]);
  assert.throws(
    () => readLabels(column([[0, 1, 0], [2]]), "y", "multi", numbered),
    isMistake("data", "row 2: [2] is not one 0 or 1 for each of the 3 names"),
  );
  assert.throws(
    () => readLabels(column([[1], [0]]), "y", "multi", { names: ["a", "b"], numbered: true }),
    isMistake("data", "row 1: [1] is not one 0 or 1 for each of the 2 names"),
  );
});

Deno.test("white space at the ends of labels is no part of them (D4)", () => {
  const { names, ids } = readLabels(column(["pos", "pos ", " neg", "neg\r"]), "y", "single");
  assert.deepEqual([names, [...ids]], [["neg", "pos"], [1, 1, 0, 0]]);
});

Deno.test("names that look the same are one error with their rows (D4)", () => {
  const values = ["caf\u00e9", "cafe\u0301", "a b", "a\u00a0b", "x", "x\u200b"];
  assert.throws(
    () => readLabels(column(values), "y", "single", { where: "rows.csv" }),
    isMistake(
      "data",
      'the label column "y" of rows.csv is wrong:',
      String.raw`"café" (row 1) and "cafe\u0301" (row 2) look the same; write them alike`,
      String.raw`"a b" (row 3) and "a\u00a0b" (row 4)`,
      String.raw`"x" (row 5) and "x\u200b" (row 6)`,
    ),
  );
  assert.throws(
    () => readLabels(column([["x", "y"], ["x\u00ad"]]), "y", "multi"),
    isMistake("data", String.raw`"x" (row 1) and "x\u00ad" (row 2)`),
  );
  assert.throws(
    () => readLabels(column(["x", "\u200b"]), "y", "single"),
    isMistake("data", "row 2: an empty label"),
  );
});

Deno.test("marks of missing values among numbers or booleans are no classes (D4)", () => {
  for (const mark of ["NaN", "NA", "N/A", "null", "None", "<NA>"]) {
    assert.throws(
      () => readLabels(column(["1", "2", mark, "1"]), "y", "single"),
      isMistake("data", `row 3: "${mark}" among numbers seems to be a missing label`),
    );
  }
  assert.throws(
    () => readLabels(column(["True", "nan", "False"]), "y", "single"),
    isMistake("data", 'row 2: "nan" among true and false'),
  );
  assert.throws(
    () => readLabels(column([[1, 3], ["NA"]]), "y", "multi"),
    isMistake("data", 'row 2: "NA" among numbers'),
  );
  // Among words it may be one.
  assert.deepEqual(readLabels(column(["NA", "EU"]), "y", "single").names, ["EU", "NA"]);
});

Deno.test("lists that are written as texts are read, or told from others (D5)", () => {
  const json = readLabels(column(['["x", "y"]', "[]", '["y"]']), "y", "multi");
  assert.deepEqual([json.names, [...json.targets]], [["x", "y"], [1, 1, 0, 0, 0, 1]]);
  for (const separator of [undefined, ","]) {
    const options = separator === undefined ? {} : { separator };
    assert.throws(
      () => readLabels(column(["['x', 'y']", "['y']", "[]"]), "y", "multi", options),
      isMistake("data", "row 1: its classes are the text", "row 2: ", "json.dumps"),
    );
    assert.throws(
      () => readLabels(column(["[x, y]", "[x]"]), "y", "multi", options),
      isMistake("data", 'row 1: "[x, y]" stands in brackets, but is no JSON of a list'),
    );
  }
  const tags = readLabels(column(["[a]|[b]", "[b]"]), "y", "multi", { separator: "|" });
  assert.deepEqual(tags.names, ["[a]", "[b]"]);
  assert.throws(
    () => readLabels(column(["['x']", '["y"]']), "y", "single"),
    isMistake("data", "row 1: its label is the text", 'row 2: "[\\"y\\"]" is a list'),
  );
});

Deno.test("of numbers with a few cells that are none, only those are listed (D10)", () => {
  const values = Array.from({ length: 200 }, (_, row) => row === 56 ? "N/A" : `${row / 2}`);
  assert.throws(() => readLabels(column(values), "y", "regression", { where: "stars.csv" }), {
    kind: "data",
    message:
      'the label column "y" of stars.csv is wrong:\n  - row 57: "N/A" is not a finite number',
  });
  assert.deepEqual([...readLabels(column(["1.5", " 2 "]), "y", "regression").targets], [1.5, 2]);
});
