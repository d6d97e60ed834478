/**
 * Plans, labels and flags beside the reported cases.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { didYouMean } from "../../lib/core/nearest.ts";
import { jsonOfFile, readFilePlan } from "../../lib/cli/plan_of_flags.ts";
import { describeTables } from "../../lib/data/report.ts";
import { readLabels } from "../../lib/data/labels.ts";
import { model } from "../../lib/pipeline/model.ts";
import { Plan } from "../../lib/pipeline/plan.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { readStage } from "../../lib/pipeline/run/read_stage.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const base = model("hf:org/name");
const planIn = async (path: string) => readFilePlan(path, await jsonOfFile(path), Plan.from);
const columns = { text: "text", label: "label" };
const json = {
  tunebook: 1,
  model: "hf:org/name",
  data: "t.csv",
  columns,
  method: { name: "lora" },
};

Deno.test("a plan says once what it says", () =>
  inFolder(async (folder) => {
    assert.throws(
      () => Plan.from({ ...json, split: { test: 5 } }),
      isMistake("input", "split belongs to task", "stand in columns"),
    );
    const path = join(folder, "plan.json");
    const text = JSON.stringify(json);
    await Deno.writeTextFile(path, text.replace('"text":', '"text":"a","text":'));
    await assert.rejects(planIn(path), isMistake("input", "plan.json", "twice", '"text"'));
    await Deno.writeTextFile(path, `\ufeff${text}`);
    assert.equal((await planIn(path)).toJSON().data, "t.csv");
  }));

Deno.test("a plan says how its files are read", () =>
  inFolder(async (folder) => {
    const data = join(folder, "rows.txt");
    const test = join(folder, "test.csv");
    await Deno.writeTextFile(data, 'text;label\n"fine;x\nbad";y\n');
    await Deno.writeTextFile(test, 'text;label\n"a";x\nb;y\n');
    const read = { separator: ";", quote: false, format: "csv" } as const;
    const plan = base.data(data, { ...columns, test, read }).adapt(lora()).train();
    assert.deepEqual(plan.toJSON().columns?.read, read);
    const again = Plan.from(JSON.parse(JSON.stringify(plan)));
    const { splits } = await readStage(again.spec);
    assert.deepEqual(splits.train.array("text"), ['"fine', 'bad"']);
    assert.deepEqual(splits.test.array("text"), ['"a"', "b"]);
  }));

Deno.test("settings of files are refused where they have no use", async () => {
  const read = { quote: false } as const;
  assert.throws(
    () => base.data("t.csv", { ...columns, read: { seperator: ";" } as object }),
    isMistake("input", 'did you mean "separator"'),
  );
  const rows = tableFromColumns({ text: ["a", "b"], label: ["x", "y"] });
  assert.throws(
    () => base.data(rows, { ...columns, read }),
    isMistake("input", "read says how files are read", "in memory"),
  );
  const { spec } = base.data("spam", { ...columns, read }).adapt(lora()).train();
  await assert.rejects(readStage(spec), isMistake("input", '"spam" is a data set'));
  const { spec: share } = base.data(rows, { ...columns, test: "20%" }).adapt(lora()).train();
  await assert.rejects(readStage(share), isMistake("input", "is a number, 0.2"));
});

Deno.test("one column is not two, and splits are given one by one", () => {
  for (const others of [{ label: "text" }, { label: "label", pair: "text" }]) {
    assert.throws(
      () => textClassification({ text: "text", ...others }),
      isMistake("input", "must be different columns"),
    );
  }
  const rows = tableFromColumns({ text: ["a"], label: ["x"] });
  assert.throws(
    () => base.data({ train: rows, test: rows } as never, columns),
    isMistake("input", "an object of splits", ".data(train, { …, test, validation })"),
  );
});

Deno.test("D4: marks of missing labels among numbers, and texts as labels, are errors", () => {
  const labels = (label: string[]) =>
    readLabels(tableFromColumns({ label }), "label", "single", { where: "t.csv" });
  for (const mark of ["?", "-", ".", "--", "NaT", "undefined"]) {
    assert.throws(
      () => labels(["1", "2", mark, "1"]),
      isMistake("data", "t.csv", `row 3: ${JSON.stringify(mark)} among numbers`),
    );
  }
  assert.deepEqual(labels(["a", "?", "a", "?"]).names, ["?", "a"]);
  assert.throws(
    () => labels(["a", "b".repeat(100_000), "a"]),
    (error: Error) =>
      isMistake("data", "row 2: a label of 100000 characters")(error) && error.message.length < 300,
  );
});

Deno.test("D4: classes that differ in case or width, and those of gaps, are pointed out", () => {
  const train = tableFromColumns({
    text: ["a", "b", "c", "d"],
    label: ["Pos", "neg", "nan", "neg"],
  });
  const test = tableFromColumns({ text: ["e", "f"], label: ["ｐｏｓ", "neg"] });
  const task = textClassification(columns);
  const report = describeTables({ train, test }, task.report);
  assert.deepEqual(report.notes, [
    'the classes "Pos" and "ｐｏｓ" differ only in case or width: are they one?',
    'the class "nan" is what programs write for a missing value: is it a class?',
  ]);
  for (const note of report.notes) assert.ok(String(report).includes(note));
});

Deno.test("texts that come again with another label are counted", () => {
  const train = tableFromColumns({
    text: ["same", "same", "other", "other", "same"],
    label: ["x", "y", "x", "x", "x"],
  });
  const report = describeTables({ train }, textClassification(columns).report);
  const [{ duplicates, contradictions }] = report.splits;
  assert.deepEqual([duplicates, contradictions], [3, 1]);
  assert.match(String(report), /3 repeated texts \(1 with another label\)/);
});

Deno.test("no name is near of which no letter is left", () => {
  assert.equal(didYouMean("c", ["a", "b"]), "");
  assert.equal(didYouMean("ps", ["a", "pos"]), ' (did you mean "pos"?)');
});
