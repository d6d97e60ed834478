import assert from "node:assert/strict";
import { tableFromColumns } from "../../lib/table/table.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("names are a list of texts that differ to a person, for labels alone", () => {
  const wrong = (options: object) => () =>
    textClassification({ text: "t", label: "l", ...options } as never);
  for (const names of ["a,b", [], ["a", ""], ["a", 1], [["a"]]]) {
    assert.throws(wrong({ names }), isMistake("input", "names must be a list of texts"));
  }
  assert.throws(wrong({ names: ["a"] }), isMistake("input", "names must be two or more"));
  assert.throws(
    wrong({ names: ["a", "b", "a\u200b"] }),
    isMistake("input", String.raw`names has "a" and "a\u200b", which look the same`),
  );
  assert.throws(
    wrong({ names: ["a", "b"], kind: "regression" }),
    isMistake("input", 'kind "regression" has none'),
  );
});

Deno.test("names are the labels in their order, also those that no row has", () => {
  const train = tableFromColumns({ t: ["x", "y", "z"], l: [1, 0, 1] });
  const names = ["no", "yes", "perhaps"];
  const task = textClassification({ text: "t", label: "l", names });
  task.checkRows(train, "rows");
  const labelled = task.read({ train, test: train });
  assert.deepEqual(labelled.labels, names);
  assert.equal(labelled.head.outputs, 3);
  assert.deepEqual(task.report.classes!(train), [["yes"], ["no"], ["yes"]]);
  assert.deepEqual(task.preview(train, 1), { text: "y", label: "no" });
  // The plan keeps them, and they say what numbers mean in later rows.
  assert.deepEqual(task.settings.names, names);
  labelled.checkHeldOut!(tableFromColumns({ t: ["x"], l: [2] }), "test rows");
  assert.throws(
    () => labelled.checkHeldOut!(tableFromColumns({ t: ["x"], l: [3] }), "test rows"),
    isMistake("data", "of test rows", "row 1: 3 has no name: there are 3, from 0"),
  );
});

Deno.test("labels of pairs are told by both texts in the report", () => {
  const table = tableFromColumns({ t: ["x", "x"], u: ["a", "b"], l: ["p", "q"] });
  const task = textClassification({ text: "t", pair: "u", label: "l" });
  assert.deepEqual(task.report.texts(table), ["x ↔ a", "x ↔ b"]);
});
