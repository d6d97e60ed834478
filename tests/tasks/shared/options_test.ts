import assert from "node:assert/strict";
import {
  model,
  questionAnswering,
  sentenceEmbeddings,
  tableFromColumns,
  textClassification,
  textGeneration,
  tokenClassification,
} from "tunebook";
import { taskOf, tasks } from "../../../lib/tasks/mod.ts";
import { isMistake } from "../../is_mistake.ts";

type Make = (options: unknown) => unknown;

Deno.test("what is no object of options is refused by every task", () => {
  const makes: readonly Make[] = [
    textGeneration as Make,
    questionAnswering as Make,
    sentenceEmbeddings as Make,
    textClassification as Make,
    tokenClassification as Make,
  ];
  for (const make of makes) {
    for (const [given, shown] of [[null, "null"], ["text", '"text"'], [[], "[]"], [7, "7"]]) {
      assert.throws(() => make(given), isMistake("input", `as one object, but got ${shown}`));
    }
    if (make !== questionAnswering) {
      assert.throws(() => make(undefined), isMistake("input", "but got nothing"));
    }
    assert.throws(() => make(() => {}), isMistake("input", "but got a function"));
  }
  for (const name of Object.keys(tasks)) {
    assert.throws(() => taskOf(name, null as never), isMistake("input", "got null"), name);
  }
});

Deno.test("so are rows to hold out, and columns", () => {
  const base = model("file:none");
  const table = tableFromColumns({ text: ["a"], label: ["b"] });
  const task = textClassification({ text: "text", label: "label" });
  assert.throws(() => base.data(table, task, null as never), isMistake("input", "got null"));
  assert.throws(
    () => base.data(table, null as never),
    isMistake("input", "columns by name", "got null"),
  );
});
