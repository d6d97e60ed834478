import assert from "node:assert/strict";
import { encode } from "fast-png";
import {
  accuracy,
  full,
  head,
  imageClassification,
  model,
  mse,
  tableFromColumns,
  textClassification,
} from "../../mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { labelIssues } from "../../lib/evaluate/label_issues.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyModel } from "./tiny.ts";

/** A picture of slanted stripes, so that each number gives another one. */
function striped(kind: number, level = 6): Uint8Array {
  const side = 32;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    return 127 + 100 * Math.sin(x * (1 + kind % 3) / 5 + y * (1 + Math.floor(kind / 3)) / 7);
  });
  return Uint8Array.from(
    encode({ width: side, height: side, channels: 3, data }, { zlib: { level: level as 6 } }),
  );
}

const kinds = [0, 1, 2, 3, 4, 5, 6, 7];
const labelOf = (kind: number) => kind % 2 === 0 ? "even" : "odd";
const train = tableFromColumns({
  image: kinds.map((kind) => striped(kind)),
  label: kinds.map(labelOf),
});
/** The first is a file of the training, the second the same picture in another file with another label. */
const test = tableFromColumns({
  image: [striped(0), striped(1, 0), striped(8), striped(10), striped(12)],
  label: ["even", "even", "even", "odd", "even"],
});

function planOf(task = imageClassification({ image: "image", label: "label" })) {
  return model("new:vit", { imageSize: 32, patchSize: 16, hiddenSize: 16, layers: 1, heads: 2 })
    .data(train, task, { test }).adapt(full()).train({ epochs: 1, batchSize: 4 });
}

Deno.test("an error analysis ranks losses, counts confusions and finds duplicates across splits", async () => {
  const result = await planOf().evaluate({ accuracy }).run({ quiet: true });
  await result.dispose(); // what was said of the rows stays
  const analysis = await result.errorAnalysis({ maxDistance: 0, shown: 3 });
  const { topLosses, confusion, mostConfused, duplicates } = analysis;
  const { predictions } = result;
  assert.deepEqual(topLosses.map(({ row }) => row).sort(), [0, 1, 2, 3, 4]);
  topLosses.forEach(({ row, number, label, predicted, probability, loss }, at) => {
    assert.equal(number, row + 1);
    assert.equal(label, test.get("label", row));
    const own = predictions.probabilities[row * 2 + predictions.labels.indexOf(label)];
    assert.ok(Math.abs(loss + Math.log(own)) < 1e-5);
    assert.equal(predicted === label, Math.abs(probability - own) < 1e-7);
    assert.ok(at === 0 || topLosses[at - 1].loss >= loss);
  });
  assert.equal(confusion.counts.flat().reduce((a, b) => a + b), 5);
  const wrong = topLosses.filter(({ label, predicted }) => label !== predicted);
  assert.equal(mostConfused.reduce((sum, { rows }) => sum + rows, 0), wrong.length);
  assert.deepEqual(
    analysis.labelIssues.map(({ row }) => row),
    labelIssues(predictions).map(({ row }) => row),
  );
  const told = duplicates.map(({ kind, rows, isLeakage, isContradiction }) => ({
    kind,
    rows: rows.map(({ split, number, label }) => `${split} ${number} ${label}`),
    isLeakage,
    isContradiction,
  }));
  assert.deepEqual(told, [
    {
      kind: "near",
      rows: ["train 2 odd", "test 2 even"],
      isLeakage: true,
      isContradiction: true,
    },
    {
      kind: "same",
      rows: ["train 1 even", "test 1 even"],
      isLeakage: true,
      isContradiction: false,
    },
  ]);
  const text = String(analysis);
  assert.match(text, /^Largest losses: \d of 5 held-out rows are wrong; the first 3\n/);
  assert.match(text, /Duplicates: 2 groups, 2 across splits/);
  assert.match(text, /look alike, across splits, different labels: train 2 odd, test 2 even/);
  const page = await analysis.html();
  assert.ok(/^<!doctype html>\s*<html lang="en">/.test(page));
  const shown = 3 + Math.min(3, analysis.labelIssues.length) + 4;
  assert.equal(page.match(/<img src="data:image\/png/g)!.length, shown);
  assert.ok(!/<script|https?:/.test(page));
  const bundle = await (analysis as unknown as { [jupyterDisplay](): Promise<MimeBundle> })
    [jupyterDisplay]();
  assert.equal(bundle["text/plain"], text);
});

Deno.test("texts have error pages, too, and rows without one label have none", async () => {
  const texts = ["a lovely film", "awful food", "a great <b>film</b>", "bad food"];
  const rows = tableFromColumns({ text: texts, mood: ["glad", "sad", "glad", "sad"] });
  const folder = await Deno.makeTempDir();
  const reference = await tinyModel(`${folder}/tiny`);
  const plan = model(reference)
    .data(rows, textClassification({ text: "text", label: "mood" }), { test: rows })
    .adapt(head()).train({ epochs: 1 });
  const result = await plan.evaluate({ accuracy }).run({ quiet: true });
  const analysis = await result.errorAnalysis();
  assert.deepEqual(
    analysis.duplicates.map(({ kind, rows }) => [kind, ...rows.map(({ split }) => split)]),
    texts.map(() => ["same", "train", "test"]),
  );
  assert.match(await analysis.html(), /a great &lt;b&gt;film/);
  await assert.rejects(
    result.errorAnalysis({ maxDistance: 65 }),
    isMistake("input", /maxDistance is 65, but must be a whole number from 0 to 64/),
  );
  await result.dispose();
  const sizes = tableFromColumns({ text: texts, size: [1, 2, 3, 4] });
  const regression = await model(reference)
    .data(sizes, textClassification({ text: "text", label: "size", kind: "regression" }), {
      test: sizes,
    }).adapt(head()).train({ epochs: 1 }).evaluate({ mse }).run({ quiet: true });
  await assert.rejects(
    regression.errorAnalysis(),
    isMistake("unsupported", /one label each, .* the kind "regression"/),
  );
  await regression.dispose();
  await Deno.remove(folder, { recursive: true });
});
