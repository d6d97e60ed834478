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
  const named = readLabels(column([1n, 0n]), "y", "single", { names: ["no", "yes"] });
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

Deno.test("given names order the classes; numbers are ids of them", () => {
  const names = ["neg", "neu", "pos"];
  const texts = readLabels(column(["pos", "neg"]), "y", "single", { names });
  assert.deepEqual([texts.names, [...texts.ids]], [names, [2, 0]]);
  const numbers = readLabels(column([2, 0]), "y", "single", { names });
  assert.deepEqual([...numbers.ids], [2, 0]);
  // Where a number is itself a name, the name counts.
  const swapped = readLabels(column([1, 0]), "y", "single", { names: ["1", "0"] });
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
