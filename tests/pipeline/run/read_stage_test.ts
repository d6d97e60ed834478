import assert from "node:assert/strict";
import { join } from "node:path";
import {
  head,
  model,
  questionAnswering,
  readTable,
  sentenceEmbeddings,
  type Table,
  tableFromColumns,
  tableFromRows,
  textClassification,
  textGeneration,
  tokenClassification,
  writeTable,
} from "tunebook";
import { readStage } from "../../../lib/pipeline/run/read_stage.ts";
import type { PlanSpec } from "../../../lib/pipeline/plan_spec.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

// deno-lint-ignore no-explicit-any
type Task = any;
type Row = Readonly<Record<string, unknown>>;

const read = (rows: readonly Row[], task: Task, split: PlanSpec["split"]) =>
  readStage({ data: tableFromRows(rows), task, split });

const texts = Array.from({ length: 10 }, (_, row) => ({
  text: `text ${row}`,
  other: `other ${row}`,
  label: row % 2 ? "yes" : "no",
  words: ["Alice", "met", "Bob"],
  tags: row % 2 ? ["B-PER", "O", "B-PER"] : ["O", "O", "O"],
  score: row / 10,
}));
const questions = Array.from({ length: 10 }, (_, row) => ({
  question: `which ${row}?`,
  context: "The Seine flows through Paris.",
  answers: row % 2 ? [{ text: "Seine", start: 4 }] : [],
}));

/** A task, good rows, a bad one, and what is said of it. */
const cases: readonly [string, Task, readonly Row[], Row, readonly string[]][] = [
  [
    "text classification",
    textClassification({ text: "text", label: "label" }),
    texts,
    { ...texts[0], label: "yess" },
    ['unknown label "yess" (did you mean "yes"'],
  ],
  [
    "text classification, several labels",
    textClassification({ text: "text", label: "label", kind: "multi", separator: "|" }),
    texts,
    { ...texts[0], label: "yes|noo" },
    ['unknown label "noo"'],
  ],
  [
    "text classification, numbers",
    textClassification({ text: "text", label: "score", kind: "regression" }),
    texts,
    { ...texts[0], score: NaN },
    ["NaN is not a finite number"],
  ],
  [
    "text classification, texts",
    textClassification({ text: "text", pair: "other", label: "label" }),
    texts,
    { ...texts[0], other: " " },
    ["an empty text"],
  ],
  [
    "token classification, tags",
    tokenClassification({ tokens: "words", tags: "tags" }),
    texts,
    { ...texts[0], tags: ["B-LOC", "O", "O"] },
    ['word 1: "B-LOC"'],
  ],
  [
    "token classification, order",
    tokenClassification({ tokens: "words", tags: "tags" }),
    texts,
    { ...texts[0], tags: ["O", "O", "I-PER"] },
    ['word 3: "I-PER" follows "O"'],
  ],
  [
    "token classification, rows",
    tokenClassification({ tokens: "words", tags: "tags" }),
    texts,
    { ...texts[0], tags: ["O"] },
    ["3 words, but 1 tags"],
  ],
  [
    "question answering",
    questionAnswering(),
    questions,
    { ...questions[0], answers: [{ text: "Seine", start: 3 }] },
    ['the answer "Seine" is not at its offset 3'],
  ],
  [
    "embeddings",
    sentenceEmbeddings({ anchor: "text", positive: "other" }),
    texts,
    { ...texts[0], other: null },
    ['"other" is missing'],
  ],
  [
    "embeddings, classes",
    sentenceEmbeddings({ text: "text", label: "label" }),
    texts,
    { ...texts[0], label: NaN },
    ['"label" is missing'],
  ],
  [
    "next tokens",
    textGeneration({ text: "text" }),
    texts,
    { ...texts[0], text: 7 },
    ["a number, not a text"],
  ],
];

for (const [name, task, rows, bad, parts] of cases) {
  Deno.test(`held-out data is read as that of training, with its own name: ${name}`, () =>
    inFolder(async (folder) => {
      const own = tableFromRows([...rows.slice(0, 4), bad, rows[5]]);
      const path = join(folder, "held.jsonl");
      await writeTable(own, path);
      const wrong = isMistake("data", "the test data", "row 5", ...parts);
      await assert.rejects(read(rows, task, { test: own }), wrong);
      const ofValidation = isMistake("data", "the validation data", "row 5", ...parts);
      await assert.rejects(read(rows, task, { validation: own, test: 2 }), ofValidation);
      // JSON has no NaN.
      const inFile = Object.values(bad).some(Number.isNaN) ? ["row 5"] : ["row 5", ...parts];
      const named = isMistake("data", `${path}`, ...inFile);
      await assert.rejects(read(rows, task, { test: path }), named);
      // A table that is a file's is called by the file's name.
      await assert.rejects(read(rows, task, { test: await readTable(path) }), named);
    }));
}

Deno.test("held-out data may have one class, none of its own, and others' order of columns", async () => {
  const task = textClassification({ text: "text", label: "label" });
  const single = tableFromColumns({ label: ["yes"], text: ["x"] });
  const { splits } = await read(texts, task, { test: single, validation: 0.2 });
  assert.deepEqual([splits.train.numRows(), splits.test.numRows()], [8, 1]);
  const names = tokenClassification({ tokens: "words", tags: "tags" });
  const outside = tableFromRows([{ words: ["a"], tags: ["O"] }]);
  const labelled = await read(texts, names, { test: outside });
  assert.deepEqual(labelled.task.labels, ["O", "B-PER", "I-PER"]);
});

Deno.test("columns and rows that held-out data lacks are told with its name", () =>
  inFolder(async (folder) => {
    const task = textClassification({ text: "text", label: "label" });
    const path = join(folder, "t.csv");
    await Deno.writeTextFile(path, "text,lable\nx,yes\n");
    await assert.rejects(
      read(texts, task, { test: path }),
      isMistake("data", path, 'no column "label"'),
    );
    await Deno.writeTextFile(path, "text,label\n");
    await assert.rejects(read(texts, task, { test: path }), isMistake("data", path, "no rows"));
  }));

Deno.test("pairs that cannot be drawn of held-out classes are told before the model is opened", async () => {
  const task = sentenceEmbeddings({ text: "text", label: "label" });
  await assert.rejects(
    read(texts, task, { test: tableFromRows(texts.filter(({ label }) => label === "no")) }),
    isMistake("data", "the test data", 'only the class "no"'),
  );
});

Deno.test("mistakes in held-out data come before those of the model", async () => {
  const columns = { text: "text", label: "label" };
  const data = (test: Table) =>
    model("file:no/such/model").data(tableFromRows(texts), { ...columns, test })
      .adapt(head()).train();
  await assert.rejects(
    data(tableFromRows([{ text: "x", label: "yep" }])).run({ quiet: true }),
    isMistake("data", "the test data is wrong", 'row 1: unknown label "yep"'),
  );
});

Deno.test("groups of a table are dissolved, and its filter and order kept", async () => {
  const table = tableFromRows(texts).filter((row: { score: number }) => row.score < 0.8)
    .orderby("score").groupby("label");
  const task = textClassification({ text: "text", label: "label" });
  const { splits } = await readStage({ data: table, task, split: { test: 2 } });
  assert.deepEqual([splits.train.numRows(), splits.test.numRows()], [6, 2]);
  assert.equal(splits.train.isGrouped(), false);
});

Deno.test("a plan reads its own columns: pandas' index without a name is in no way (D12)", () =>
  inFolder(async (folder) => {
    const rows = texts.map(({ text, label }, row) => `${row},${text},${label}`);
    await Deno.writeTextFile(`${folder}/rows.csv`, [",text,label", ...rows].join("\n"));
    const spec = (label: string) => ({
      data: `${folder}/rows.csv`,
      task: textClassification({ text: "text", label }) as Task,
      split: { test: 2 },
    });
    const { splits, task } = await readStage(spec("label"));
    assert.deepEqual(splits.train.columnNames(), ["text", "label"]);
    assert.deepEqual(task.labels, ["no", "yes"]);
    await assert.rejects(
      readStage(spec("lable")),
      isMistake("data", "column 1 has no name", "index=False"),
    );
  }));

Deno.test("numbers in a test file stand for names only where that was said (D6)", () =>
  inFolder(async (folder) => {
    const test = `${folder}/test.csv`;
    await Deno.writeTextFile(test, "text,label\na,0\nb,1\n");
    const data = tableFromRows(texts);
    const asked = (names?: string[]) =>
      textClassification({ text: "text", label: "label", ...(names ? { names } : {}) }) as Task;
    await assert.rejects(
      readStage({ data, task: asked(), split: { test } }),
      isMistake("data", "test.csv is wrong", 'row 1: unknown label 0; the labels are "no", "yes"'),
    );
    const { task } = await readStage({ data, task: asked(["yes", "no"]), split: { test } });
    assert.deepEqual(task.labels, ["yes", "no"]);
  }));
