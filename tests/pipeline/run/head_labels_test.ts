import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  f1,
  head,
  lora,
  merged,
  model,
  openSafetensors,
  peft,
  tableFromRows,
  tokenClassification,
  writeSafetensors,
} from "tunebook";
import { dataForHead } from "../../../lib/pipeline/run/head_labels.ts";
import { openStage } from "../../../lib/pipeline/run/open_stage.ts";
import { readStage } from "../../../lib/pipeline/run/read_stage.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const columns = { text: "text", label: "mood" };
const settings = { epochs: 10, batchSize: 8, learningRate: 1e-2 };

/** A checkpoint with a head that was trained on two moods, in an order of its own. */
async function trainedHead(folder: string, order: readonly ["positive", "negative"]) {
  const out = join(folder, "trained");
  const result = await model(await tinyModel(join(folder, "base"))).data(moods(120), columns)
    .adapt(lora({ rank: 4, targets: "all-linear" })).train(settings).evaluate({ accuracy })
    .deploy(merged(out)).run(quiet);
  await result.dispose();
  // The names that the run gave are sorted; the same head with its rows and names the other way round.
  const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
  assert.deepEqual(config.id2label, { 0: "negative", 1: "positive" });
  const { tunebook_task: _, label2id: __, ...rest } = config;
  await Deno.writeTextFile(
    join(out, "config.json"),
    JSON.stringify({ ...rest, id2label: Object.fromEntries(order.entries()) }),
  );
  const file = join(out, "model.safetensors");
  const tensors = [];
  {
    using stored = await openSafetensors(file);
    for (const [name, { shape }] of stored.tensors) {
      const data = await stored.readFloat32(name);
      if (name.startsWith("classifier.")) {
        const half = data.length / 2;
        data.set([...data.subarray(half), ...data.subarray(0, half)]);
      }
      tensors.push({ name, dtype: "F32" as const, shape, data });
    }
  }
  await writeSafetensors(file, tensors);
  return { reference: `file:${out}`, accuracy: result.scores.accuracy };
}

Deno.test("a trained head is scored and deployed with its own names, whatever their order", () =>
  inFolder(async (folder) => {
    const trained = await trainedHead(folder, ["positive", "negative"]);
    assert.ok(trained.accuracy > 0.7, `${trained.accuracy}`);
    const data = model(trained.reference).data(moods(120), columns);
    const out = join(folder, "out");
    const same = await data.adapt(lora({ rank: 2 })).train({ epochs: 0 }).evaluate({ accuracy })
      .deploy(merged(join(out, "merged")), adapter(join(out, "adapter"))).run(quiet);
    assert.equal(same.scores.accuracy, trained.accuracy);
    assert.deepEqual(same.predictions.labels, ["positive", "negative"]);
    assert.equal(same.headNote, undefined);
    const config = JSON.parse(await Deno.readTextFile(join(out, "merged", "config.json")));
    assert.deepEqual(config.id2label, { 0: "positive", 1: "negative" });
    const readme = await Deno.readTextFile(join(out, "adapter", "README.md"));
    assert.match(readme, /from_pretrained\(\.{3}, id2label=\{0: "positive", 1: "negative"\}\)/);

    // The adapter's own names come first where it is trained on, also on a base that has none.
    const again = await data.adapt(peft(join(out, "adapter"))).train({ epochs: 0 })
      .evaluate({ accuracy }).run(quiet);
    assert.equal(again.scores.accuracy, trained.accuracy);
    await Promise.all([same, again].map((result) => result.dispose()));
    const comparison = await data.compare({ lora: lora({ rank: 2 }), head: head() }, {
      budget: { epochs: 1 },
      metric: accuracy,
      memory: false,
    }).run(quiet);
    for (const { name, score } of comparison.rows) assert.ok(score!.mean > 0.6, name);
  }));

Deno.test("a head that knows more than the data keeps its size, and that is said", () =>
  inFolder(async (folder) => {
    const names = { 0: "positive", 1: "neutral", 2: "negative" };
    const reference = await tinyModel(join(folder, "base"), "bert", names);
    const out = join(folder, "out");
    const result = await model(reference).data(moods(60), columns).adapt(lora())
      .train({ epochs: 1, classWeights: "balanced" }).evaluate({ accuracy, f1 })
      .deploy(adapter(out)).run(quiet);
    assert.deepEqual(result.predictions.labels, Object.values(names));
    assert.ok(Number.isFinite(result.losses.at(-1)));
    assert.ok(Number.isFinite(result.scores.f1));
    const note = `kept with its 3 labels; the training data has no row with "neutral"`;
    assert.ok(result.headNote?.includes(note), String(result));
    assert.ok(String(result).includes(note));
    await result.dispose();
  }));

Deno.test("a head that does not know the labels is left, and no score of a random one is silent", () =>
  inFolder(async (folder) => {
    const names = { 0: "sport", 1: "trade", 2: "world" };
    const reference = await tinyModel(join(folder, "base"), "bert", names);
    const rows = tableFromRows(reviews(60).map(({ text, mood }) => ({ text, mood })), "reviews");
    const data = model(reference).data(rows, columns);
    const out = join(folder, "out");
    const untrained = await data.adapt(lora()).train({ epochs: 0 }).evaluate({ accuracy })
      .deploy(adapter(out)).run(quiet);
    const other =
      'knows "sport", "trade", "world", which are not the data\'s labels; the run has a ' +
      'new head for "negative", "neutral", "positive"';
    assert.ok(untrained.headNote?.includes(other), String(untrained));
    assert.match(String(untrained), /Nothing was trained, so that all answers .* of a random head/);
    const seeded = await data.adapt(lora()).train({ epochs: 0, seed: 5 }).run(quiet);
    assert.notDeepEqual(seeded.predictions.logits, untrained.predictions.logits);
    const trained = await data.adapt(lora()).train({ epochs: 1 }).run(quiet);
    assert.ok(trained.headNote!.includes(other));
    assert.doesNotMatch(trained.headNote!, /Nothing was trained/);
    await Promise.all([untrained, seeded, trained].map((result) => result.dispose()));

    const fewer = await model(reference).data(moods(60), columns).adapt(lora()).train({ epochs: 1 })
      .deploy(adapter(out)).run(quiet);
    await fewer.dispose();
    // Python would refuse the head of another size, and name the new one by the old names.
    assert.match(
      await Deno.readTextFile(join(out, "README.md")),
      /id2label=\{0: "negative", 1: "positive"\}, ignore_mismatched_sizes=True\)/,
    );
    const bare = await model(await tinyModel(join(folder, "bare"))).data(moods(60), columns)
      .adapt(head()).train({ epochs: 0 }).run(quiet);
    assert.match(String(bare), /3 numbers that its config\.json does not name[^]*random head/);
    await bare.dispose();
  }));

Deno.test("an adapter that does not know the data's labels is still refused", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const out = join(folder, "out");
    const first = await model(reference).data(moods(60), columns).adapt(lora())
      .train({ epochs: 1 }).deploy(adapter(out)).run(quiet);
    await first.dispose();
    const rows = tableFromRows(reviews(60).map(({ text, mood }) => ({ text, mood })), "reviews");
    const data = model(reference).data(rows, columns);
    await assert.rejects(
      data.adapt(peft(out)).train({ epochs: 0 }).run(quiet),
      isMistake(
        "input",
        "the adapter was trained on the labels negative, positive, but the data has",
      ),
    );
  }));

/** What is made of a golden model's head for a task, without running anything. */
async function headFor(
  folder: string,
  fields: Record<string, unknown>,
  plan: (reference: string) => { readonly spec: Parameters<typeof readStage>[0] },
  name = "bert",
) {
  const reference = await tinyModel(folder, name);
  const path = join(folder, "config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...config, ...fields }));
  const opened = await openStage({ model: reference });
  return await dataForHead(opened, await readStage(plan(reference).spec));
}

Deno.test("what a head was trained for counts as much as its names", () =>
  inFolder(async (folder) => {
    const id2label = { 0: "positive", 1: "negative", 2: "neutral" };
    const single = (reference: string) =>
      model(reference).data(moods(20), columns).adapt(head()).train();
    const told = async (fields: Record<string, unknown>) => {
      const { task, headNote = "" } = await headFor(folder, fields, single);
      return { labels: task.labels, isNew: task.head.isNew ?? false, headNote };
    };
    const kept = { labels: Object.values(id2label), isNew: false };
    for (const problem_type of [undefined, null, "single_label_classification"]) {
      const { headNote: _, ...found } = await told({ id2label, problem_type });
      assert.deepEqual(found, kept);
    }
    const multi = await told({ id2label, problem_type: "multi_label_classification" });
    assert.equal(multi.isNew, true);
    assert.match(multi.headNote, /trained for multi_label_classification, not single_label/);
    assert.equal((await told({ architectures: ["BertForTokenClassification"] })).isNew, false);
    // BERT's numbers for a regression are one.
    const numbers = tableFromRows(reviews(20).map(({ text, score }) => ({ text, score })), "rows");
    const regression = (reference: string) =>
      model(reference).data(numbers, { text: "text", label: "score", kind: "regression" })
        .adapt(head()).train();
    const three = await headFor(folder, {}, regression);
    assert.match(three.headNote!, /gives 3 numbers, not 1; .* new head for the number/);
    const one = await headFor(folder, {}, regression, "bert-regression");
    assert.deepEqual([one.headNote, one.task.head.isNew], [undefined, undefined]);
  }));

Deno.test("a tagger's labels come in the order of its head, with the scheme of the rows", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(
      Array.from({ length: 12 }, (_, row) => ({
        words: ["good", "film", "place"],
        tags: row % 2 ? ["O", "B-A", "I-A"] : ["B-A", "O", "O"],
      })),
      "tags",
    );
    const tagger = (reference: string) =>
      model(reference).data(rows, tokenClassification({ tokens: "words", tags: "tags" }))
        .adapt(head()).train();
    const fields = {
      architectures: ["BertForTokenClassification"],
      id2label: { 0: "I-A", 1: "O", 2: "B-A" },
    };
    const { task, headNote } = await headFor(folder, fields, tagger);
    assert.deepEqual([task.labels, headNote], [["I-A", "O", "B-A"], undefined]);
    assert.equal((task.task.settings as { scheme?: string }).scheme, "BIO");
  }));
