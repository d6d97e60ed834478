import assert from "node:assert/strict";
import { join } from "node:path";
import {
  head,
  model,
  predictionsOf,
  tableFromColumns,
  textPredictions,
  tokenClassification,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { shownPredictions } from "../../../lib/pipeline/display/predictions_display.ts";
import { sourceTable } from "../../../lib/table/source_rows.ts";
import { predictedRows } from "../../../lib/pipeline/predicted_rows.ts";
import { isMistake } from "../../is_mistake.ts";
import type { AnyPredictions } from "../../../lib/nn/predictions.ts";
import { predictionsTable } from "../../../lib/pipeline/display/predictions_table.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { displayOfPredictions } from "../../../lib/tasks/text_classification/prediction_display.ts";
import { predictionsOfTexts } from "../../../lib/tasks/text_classification/prediction.ts";
import { assertSelfContained, hostile } from "../../core/self_contained.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const bundleOf = async (value: unknown): Promise<MimeBundle> =>
  await (value as Record<symbol, () => MimeBundle | Promise<MimeBundle>>)[jupyterDisplay]();

/** The cells of the rows shown, without the lines above them. */
const cellsIn = (text: string) =>
  text.split("\n").slice(3).map((line) => line.trim().split(/ {2,}/));

Deno.test("predictions of one label are a table, the surest mistakes first", async () => {
  const labels = ["bad", "good"];
  const predictions = predictionsOf({
    kind: "single",
    labels,
    // Right and sure, wrong and unsure, wrong and sure, right and unsure.
    logits: Float32Array.of(4, 0, 0.1, 0, 0, 3, 0.2, 0),
    truth: [0, 1, 0, 0],
  });
  const table = tableFromColumns({ text: ["a", "b", hostile, "d"], label: [..."0100"] });
  const task = textClassification({ text: "text", label: "label" });
  const copy = structuredClone(predictions);
  const shown = shownPredictions(predictions, { table, task });
  assert.deepEqual(shown, copy, "the data stays as it is");
  const bundle = await bundleOf(shown);
  assertSelfContained(bundle);
  const text = bundle["text/plain"];
  assert.match(text, /^4 held-out rows of the test data, 2 wrong; wrong ones first/);
  const rows = cellsIn(text);
  assert.deepEqual(rows.map(([row]) => row), ["3", "2", "4", "1"]);
  assert.deepEqual(rows[0].slice(-3), ["bad", "good", "0.953"]);
});

Deno.test("labels of several, numbers, tokens, tags, answers, vectors have tables of their own", () => {
  const multi = predictionsTable(predictionsOf({
    kind: "multi",
    labels: ["x", "y"],
    logits: Float32Array.of(2, 2, -2, -2),
    truth: [1, 1, 1, 1],
  }))!;
  assert.deepEqual([multi.order, multi.wrong], [[1, 0], 1]);
  assert.deepEqual(multi.cells(1), ["x, y", "none", "x 0.119, y 0.119"]);
  const numbers = predictionsTable(predictionsOf({
    kind: "regression",
    labels: ["stars"],
    logits: Float32Array.of(1, 5),
    truth: [1.5, 2],
  }))!;
  assert.deepEqual(numbers.order, [1, 0]);
  assert.deepEqual(numbers.cells(1), ["2", "5", "3"]);
  const language = predictionsTable(predictionsOf({
    kind: "language",
    labels: ["loss"],
    logits: Float32Array.of(1, 2),
    truth: [7, 8],
  }))!;
  assert.deepEqual(language.cells(language.order[0]), ["8", "2.000", "7.389"]);
  const tags = predictionsTable({
    kind: "tags",
    scheme: "BIO",
    rows: 2,
    labels: ["O", "B-X"],
    truth: [Int32Array.of(0, 1), Int32Array.of(1, 1)],
    predicted: [Int32Array.of(0, 1), Int32Array.of(0, -1)],
  } as never)!;
  assert.deepEqual([tags.order, tags.wrong], [[1, 0], 1]);
  assert.deepEqual(tags.cells(1), ["2 of 2", "word 1: B-X → O, word 2: B-X → none"]);
  const written = predictionsTable(
    textPredictions({ predicted: ["a cat", "no"], references: ["a cat", ["yes", "yes\u202e"]] }),
  )!;
  assert.deepEqual(written.order, [1, 0]);
  assert.deepEqual(written.cells(1), ["yes / yes\\u202e", "no", "0"]);
  const free = predictionsTable(textPredictions({ predicted: ["a", "b"] }))!;
  assert.deepEqual([free.order, free.cells(1)], [[0, 1], ["b"]]);

  const answers = predictionsTable({
    kind: "answers",
    rows: 3,
    truth: [["a", "a"], [], ["b"]],
    predicted: ["a", "", "c"],
    best: ["a", "x", "c"],
    nullDifferences: Float64Array.of(-1, 1, -1),
  } as never)!;
  assert.deepEqual([answers.order[0], answers.wrong], [2, 1]);
  assert.deepEqual(answers.cells(1), ["no answer", "no answer"]);
  const search = predictionsTable(
    { kind: "retrieval", rows: 2, corpus: 9, ranks: [[1], [4, 3]] } as never,
  )!;
  assert.deepEqual(search.cells(search.order[0]), ["3 of 9"]);
  const alike = predictionsTable({
    kind: "similarity",
    rows: 3,
    cosines: Float64Array.of(0.1, 0.9, 0.5),
    truth: Float64Array.of(0, 1, 5),
  } as never)!;
  assert.equal(alike.order.at(-1), 0);
  assert.equal(predictionsTable({ kind: "one of one's own", rows: 1 }), undefined);
});

Deno.test("answers to new texts are a table, with three digits", () => {
  const labels = ["bad", "good"];
  const single = predictionsOfTexts(["a", hostile], Float32Array.of(0, 1, 1, 0), {
    kind: "single",
    labels,
  });
  const bundle = displayOfPredictions(single);
  assertSelfContained(bundle);
  assert.match(bundle["text/plain"], /^2 texts\ntext +label +probability\n─+\na +good +0\.731\n/);
  const several = predictionsOfTexts(["a", "b"], Float32Array.of(1, 1, -1, -2), {
    kind: "multi",
    labels,
  });
  const text = displayOfPredictions(several)["text/plain"];
  assert.match(text, /a +bad, good +0\.731, 0\.731\nb +none +bad 0\.269$/);
  const numbers = predictionsOfTexts(["a"], Float32Array.of(2.34567), {
    kind: "regression",
    labels: ["stars"],
  });
  assert.match(
    displayOfPredictions(numbers)["text/plain"],
    /^1 text\ntext +value\n─+\na +2\.3457$/,
  );
});

Deno.test("a run's predictions and answers show their texts, whatever the task", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    const rows = reviews(40);
    const table = tableFromColumns({
      text: rows.map(({ text }) => text),
      mood: rows.map(({ mood }) => mood),
      words: rows.map(({ text }) => text.split(" ")),
      tags: rows.map(({ text }) => text.split(" ").map((_, at) => at ? "O" : "B-X")),
    });
    const labelled = await base.data(table, { text: "text", label: "mood" })
      .adapt(head()).train({ epochs: 1 }).run({ quiet: true });
    const { predictions } = labelled;
    assert.match((await bundleOf(predictions))["text/plain"], /^8 held-out rows of .*, \d wrong/);
    assert.match((await bundleOf(await labelled.predict(["good"])))["text/plain"], /^1 text\n/);
    await labelled.dispose();
    const tagged = await base
      .data(table, tokenClassification({ tokens: "words", tags: "tags" }))
      .adapt(head()).train({ epochs: 1 }).run({ quiet: true });
    assert.match((await bundleOf(tagged.predictions))["text/plain"], /wrong tags/);
    await tagged.dispose();
  }));

Deno.test("rows with what was said of them are a table, whose names do not hide the rows' own", () => {
  const task = textClassification({ text: "text", label: "label" });
  const tableOf = (predictions: AnyPredictions, columns: Record<string, unknown[]>) =>
    predictedRows({ task, table: tableFromColumns(columns), predictions }).objects();
  const single = predictionsOf({
    kind: "single",
    labels: ["bad", "good"],
    logits: Float32Array.of(0, 2, 0, 2),
    truth: [0, 1],
  });
  const [first] = tableOf(single, { text: ["a", "b"], label: ["bad", "good"], row: [7, 8] });
  const chance = 1 / (1 + Math.exp(-2));
  const { probabilities, loss, ...others } = first as Record<string, never>;
  assert.deepEqual(others, {
    ...{ row_: 1, text: "a", label: "bad", row: 7, predicted: "good", wrong: true },
  });
  assert.ok(Math.abs(probabilities["good"] - chance) < 1e-6);
  assert.ok(Math.abs(loss - Math.log(1 + Math.exp(2))) < 1e-6);
  const tags: AnyPredictions = {
    kind: "tags",
    rows: 1,
    labels: ["O", "B-X"],
    truth: [Int32Array.of(0, 1)],
    predicted: [Int32Array.of(1, -1)],
  } as never;
  assert.deepEqual(tableOf(tags, { text: ["a b"], label: [""] }), [
    { row: 1, text: "a b", label: "", predicted: ["B-X", "O"] },
  ]);
  const written = textPredictions({ predicted: ["yes"], references: ["yes"] });
  assert.deepEqual(
    predictedRows({
      task,
      table: sourceTable(tableFromColumns({ text: ["a", "b"], label: ["c", "d"] }), "the rows"),
      predictions: single,
      written: { predictions: written, rows: [1] },
    }).objects(),
    [{ row: 2, text: "b", label: "d", written: "yes", chrF: 100 }],
  );
  assert.throws(
    () => tableOf({ kind: "denoising", rows: 1 }, { text: ["a"], label: [""] }),
    isMistake("unsupported", "denoising", "not one answer for each held-out row"),
  );
});
