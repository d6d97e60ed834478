import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  confusionMatrix,
  full,
  lora,
  model,
  promptTuning,
  questionAnswering,
  type Table,
  tableFromRows,
  tokenClassification,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { assertSelfContained, picturesOf } from "../../core/self_contained.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const bundleOf = async (value: unknown): Promise<MimeBundle> =>
  await (value as Record<symbol, () => MimeBundle | Promise<MimeBundle>>)[jupyterDisplay]();

/** Labels that would do something as markup. */
const rows = () =>
  tableFromRows(
    reviews(120).map(({ text, mood }, at) => ({
      text: at % 10 === 0 ? `<script>alert(1)</script> ${text}` : text,
      mood: `<b>${mood}</b>`,
    })),
    "reviews",
  );

Deno.test("a plan shows stages, card, parameters and a forecast, and writes nothing", () =>
  inFolder(async (folder) => {
    const out = join(folder, "adapter");
    const plan = model(await tinyModel(join(folder, "base")))
      .data(rows(), { text: "text", label: "mood" }).adapt(lora({ rank: 2 })).train({ epochs: 2 })
      .evaluate({ accuracy }).deploy(adapter(out));
    const bundle = await bundleOf(plan);
    const markup = assertSelfContained(bundle);
    const text = bundle["text/plain"];
    assert.match(text, /^model +file:/);
    assert.match(text, /model: bert, \d+ layers/);
    assert.match(text, /rows: train 96, test 24/);
    assert.match(text, /steps: 12\n/);
    assert.match(text, /training time: about /);
    assert.match(text, /memory: about \d+ MB/);
    assert.ok(markup.includes("&lt;b&gt;"));
    await assert.rejects(Deno.stat(out));
    // What the forecast says of parameters is what a run trains.
    const result = await plan.run({ quiet: true });
    const { trainedParameters, totalParameters } = result;
    const counts = [trainedParameters, totalParameters].map((count) => count.toLocaleString("en"));
    assert.ok(text.includes(`${counts[0]} trained of ${counts[1]}`), text);
    await result.dispose();
  }));

Deno.test("a forecast knows quantised bases, packed rows and tokens that a method adds", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const columns = { text: "text", label: "mood" };
    const quantised = model(reference, { quantize: "nf4" }).data(rows(), columns)
      .adapt(lora({ rank: 2 })).train({ epochs: 1, packing: true });
    assert.match((await bundleOf(quantised))["text/plain"], /packing: on, as asked/);
    const prompted = model(reference).data(rows(), columns)
      .adapt(promptTuning({ tokens: 8 })).train({ epochs: 1 });
    assert.match((await bundleOf(prompted))["text/plain"], /training time: about /);
    // Virtual tokens leave less room: what does not fit is said by the plan, too.
    const tooMany = model(reference).data(rows(), columns)
      .adapt(promptTuning({ tokens: 500 })).train({ epochs: 1 });
    assert.match((await bundleOf(tooMany))["text/plain"], /not known yet: .*no room for a text/);
  }));

Deno.test("a plan whose model or data is absent still shows its stages and why", () =>
  inFolder(async (folder) => {
    const base = `file:${join(folder, "nothing")}`;
    const plan = model(base).data(rows(), { text: "text", label: "mood" }).adapt(full()).train();
    assert.match((await bundleOf(plan))["text/plain"], /not known yet: .*there is no folder/);
    const remote = model("https://example.org/model").data("rows.csv", { text: "a", label: "b" })
      .adapt(full()).train();
    assert.match((await bundleOf(remote))["text/plain"], /not known yet: .*on the web/);
  }));

Deno.test("a preview shows splits, balance, lengths, and rows as tokens with their mask", () =>
  inFolder(async (folder) => {
    const preview = await model(await tinyModel(join(folder, "base")))
      .data(rows(), { text: "text", label: "mood", validation: 0.1 }).adapt(full()).train()
      .preview();
    assert.equal(preview.examples.length, 3);
    for (const { tokens, mask } of preview.examples) {
      assert.equal(tokens.length, mask.length);
      assert.equal(tokens[0], "[CLS]");
      const padding = mask.indexOf(0);
      if (padding > 0) assert.ok(tokens.slice(padding).every((token) => token === "[PAD]"));
    }
    assert.deepEqual(Object.keys(preview.lengths), ["train", "validation", "test"]);
    const bundle = await bundleOf(preview);
    const markup = assertSelfContained(bundle);
    assert.equal(picturesOf(markup).length, 3);
    assert.match(bundle["text/plain"], /mask +1{3,}/);
    assert.ok(markup.includes("&lt;b&gt;") && !markup.includes("<b>"));
    // Texts and tokens of other scripts take their own direction.
    const shown = preview.examples.flatMap(({ tokens }) => tokens);
    assert.equal(markup.match(/<span dir="auto" title="(token|padding)/g)?.length, shown.length);
    assert.equal(markup.match(/<bdi>/g)?.length, 2 * preview.examples.length);
  }));

Deno.test("a run, its scores, its matrix and its receipts show themselves", () =>
  inFolder(async (folder) => {
    const seen: MimeBundle[] = [];
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows(), { text: "text", label: "mood" }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .evaluate({ accuracy, matrix: confusionMatrix })
      .deploy(adapter(join(folder, "adapter")))
      .run({
        notebook: { show: (bundle) => Promise.resolve(void seen.push(bundle)) },
      });
    assert.match(seen[seen.length - 1]["text/plain"], /^trained · step 6 of 6/);
    const { scores, receipts } = result;
    // The run, the scores and the matrix alone each draw the matrix.
    const pictures = { result: 2, scores: 1, matrix: 1, receipts: 0, receipt: 0 };
    const values = { result, scores, matrix: scores.matrix, receipts, receipt: receipts[0] };
    for (const [name, value] of Object.entries(values)) {
      const markup = assertSelfContained(await bundleOf(value));
      assert.equal(picturesOf(markup).length, pictures[name as keyof typeof pictures], name);
    }
    assert.match((await bundleOf(receipts))["text/plain"], /adapter .* on 24 rows/);
    assert.deepEqual(Object.keys(scores), ["accuracy", "matrix"]);
    await result.dispose();
  }));

Deno.test("a preview prefers rows with names and with answers, in the order of the rows", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    const count = 40;
    const tagged = tableFromRows(Array.from({ length: count }, (_, row) => ({
      words: [`w${row}`, "film"],
      tags: [row % 8 === 7 ? "B-X" : "O", "O"],
      group: row % 2,
    })));
    const task = tokenClassification({ tokens: "words", tags: "tags" });
    const previewOf = async (table: Table) => {
      const { examples } = await base.data(table, task, { test: 4 }).adapt(full()).train()
        .preview();
      return examples;
    };
    const examples = await previewOf(tagged);
    assert.equal(examples.length, 3);
    for (const { label } of examples) assert.match(label, /\[w\d+\]X film/);
    const numbers = examples.map(({ text }) => Number(/\d+/.exec(text)));
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
    assert.deepEqual(await previewOf(tagged), examples);
    // Of a table with groups the same rows are shown.
    assert.deepEqual(await previewOf(tagged.groupby("group")), examples);
    assert.equal(task.preview(tagged.groupby("group"), 7).label, "[w7]X film");

    const asked = tableFromRows(Array.from({ length: 20 }, (_, row) => ({
      question: `what ${row} ?`,
      context: "the film was good",
      answers: row === 15 || row === 18 ? [{ text: "film", start: 4 }] : [],
    })));
    const { examples: questions } = await base
      .data(asked, questionAnswering(), { test: asked.slice(0, 2) }).adapt(full()).train()
      .preview();
    // Two have an answer; the first of the others fills up.
    assert.deepEqual(questions.map(({ label }) => label), ["(no answer)", "film", "film"]);
    assert.match(questions[0].text, /^what 0 /);
    assert.equal(questionAnswering().preview(asked.groupby("context"), 15).label, "film");
  }));
