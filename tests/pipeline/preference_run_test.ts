import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  chosenLogProbability,
  chrf,
  dpo,
  kto,
  lora,
  merged,
  type Method,
  model,
  onnx,
  open,
  peft,
  promptTuning,
  qlora,
  referenceKl,
  rewardAccuracy,
  rewardCalibration,
  rewardMargin,
  rewardModel,
  type Table,
} from "tunebook";
import { inFolder } from "../weights/in_folder.ts";
import { quiet } from "./open/trained.ts";
import { reviews, tinyModel } from "./tiny.ts";
import { tableFromRows } from "../../lib/table/table.ts";

/** Prompts whose better answer says "good". */
function pairs(count: number): Table {
  return tableFromRows(
    reviews(count).map(({ text }) => ({
      asked: text,
      better: `${text} good`,
      worse: "bad film",
    })),
  );
}

const columns = {
  prompt: "asked",
  chosen: "better",
  rejected: "worse",
  template: "plain",
} as const;

Deno.test("dpo is previewed, trained, scored and deployed, and its model writes", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const plan = model(reference).data(pairs(24), dpo(columns)).adapt(lora({ rank: 2 }))
      .train({ epochs: 6, batchSize: 4, learningRate: 0.02, samples: 1 })
      .evaluate({ rewardAccuracy, rewardMargin, chosenLogProbability, referenceKl, chrf })
      .deploy(adapter(join(folder, "a")), merged(join(folder, "m")), onnx(join(folder, "o")));
    const preview = await plan.preview();
    assert.match(String(preview), /pairs of answers: the chosen ones have/);
    const result = await plan.run(quiet);
    const first = result.losses[0];
    // Before the first step policy and reference are the same.
    assert.ok(Math.abs(first - Math.LN2) < 1e-4, `the first loss is ${first}`);
    assert.ok(result.losses.at(-1)! < 0.6, `the last loss is ${result.losses.at(-1)}`);
    const { scores } = result;
    assert.equal(scores.rewardAccuracy, 1);
    assert.ok(
      scores.rewardMargin > 0.1 && scores.referenceKl > 0 && scores.chosenLogProbability < 0,
    );
    // The better answer is what written texts are compared with.
    const [{ reference: right, before, after }] = result.samples!;
    assert.match(String(right), /good$/);
    assert.notEqual(before!.text, after!.text);
    assert.ok(scores.chrf >= 0 && scores.chrf <= 100, `${scores.chrf}`);
    // Log-probabilities of pairs are no losses of next tokens.
    assert.deepEqual(result.receipts.map(({ perplexity }) => perplexity), Array(3).fill(undefined));
    const asked = [[{ role: "user", content: "the film was" }]] as never;
    const written = await result.generate(asked, { maxNewTokens: 4 });
    const opened = await open(join(folder, "a"));
    assert.deepEqual(await opened.generate(asked, { maxNewTokens: 4 }), written);
    await opened.dispose();
    await result.dispose();
  }));

Deno.test("dpo resumes to the same bits, with the same reference", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const method = lora({ rank: 2, dropout: 0.1 });
    let stop: AbortController | undefined;
    const stopping: Method = {
      ...method,
      attach: (info) => ({
        ...method.attach(info),
        afterStep({ step }) {
          if (step === 5) stop?.abort();
          return undefined;
        },
      }),
    };
    const adapted = model(reference).data(pairs(12), dpo({ ...columns, loss: "ipo" }), {
      test: pairs(4),
      validation: pairs(4),
    }).adapt(stopping);
    const settings = { epochs: 3, batchSize: 3, checkpointEvery: 2, samples: 0 };
    const checkpoints = join(folder, "c");
    const whole = await adapted.train({ ...settings, checkpoints: join(folder, "w") })
      .evaluate({ rewardMargin, referenceKl }).run(quiet);
    const again = adapted.train({ ...settings, checkpoints, resume: true })
      .evaluate({ rewardMargin, referenceKl });
    stop = new AbortController();
    await assert.rejects(again.run({ ...quiet, signal: stop.signal }), /stopped after step 5/);
    stop = undefined;
    const resumed = await again.run(quiet);
    assert.deepEqual(resumed.losses, whole.losses);
    assert.deepEqual(resumed.scores, whole.scores);
    await whole.dispose();
    await resumed.dispose();
  }));

Deno.test("kto learns alike in one batch and in micro-batches, whose divergence is the step's", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const table = tableFromRows(
      reviews(12).map(({ text }, at) => ({
        asked: text,
        said: at % 2 === 0 ? `${text} good` : "bad film",
        liked: at % 2 === 0,
      })),
    );
    const task = kto({ prompt: "asked", completion: "said", label: "liked", template: "plain" });
    const plan = model(reference).data(table, task, { test: table }).adapt(lora({ rank: 2 }));
    const settings = { epochs: 4, learningRate: 0.02, samples: 0, order: "shuffled" } as const;
    const whole = await plan.train({ ...settings, batchSize: 12 }).evaluate({ rewardAccuracy })
      .run(quiet);
    const cut = await plan.train({ ...settings, batchSize: 4, accumulate: 3 })
      .evaluate({ rewardAccuracy }).run(quiet);
    whole.losses.forEach((loss, step) => assert.ok(Math.abs(loss - cut.losses[step]) < 1e-5));
    assert.ok(Math.abs(whole.losses[0] - 0.5) < 1e-4 && whole.losses.at(-1)! < whole.losses[0]);
    assert.equal(whole.scores.rewardAccuracy, 1);
    await whole.dispose();
    await cut.dispose();
  }));

Deno.test("the reference is the base of a new method, and the adapter that a training goes on from", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const plan = model(reference).data(pairs(12), dpo(columns), { test: pairs(4) });
    const settings = { epochs: 2, batchSize: 4, learningRate: 0.05, samples: 0 };
    const first = await plan.adapt(lora({ rank: 2 })).train(settings).evaluate({ rewardMargin })
      .deploy(adapter(join(folder, "a"))).run(quiet);
    assert.ok(first.scores.rewardMargin > 0.05);
    const second = await plan.adapt(peft(join(folder, "a"))).train({ ...settings, epochs: 0 })
      .evaluate({ rewardMargin, referenceKl }).run(quiet);
    assert.ok(Math.abs(second.scores.rewardMargin) < 1e-4, `${second.scores.rewardMargin}`);
    assert.ok(second.scores.referenceKl < 1e-8);
    const third = await plan.adapt(promptTuning({ tokens: 2 })).train({ ...settings, epochs: 0 })
      .evaluate({ referenceKl }).run(quiet);
    assert.ok(third.scores.referenceKl > 1e-6, "virtual tokens change the model from the start");
    for (const each of [first, second, third]) await each.dispose();
  }));

Deno.test("methods are compared by preferences, and a learning rate is found", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const plan = model(reference).data(pairs(12), dpo(columns));
    const compared = await plan.compare({
      lora: lora({ rank: 2 }),
      prompt: promptTuning({ tokens: 2 }),
      quantised: qlora({ rank: 2 }),
    }, {
      metric: rewardMargin,
      seeds: 1,
      memory: false,
      budget: { epochs: 1 },
    }).run(quiet);
    assert.equal(compared.rows.length, 3);
    // QLoRA starts as its own reference, the base in four bits.
    const quantised = compared.rows.find(({ name }) => name === "quantised")!;
    assert.ok(Math.abs(quantised.runs[0].losses[0] - Math.LN2) < 1e-6);
    assert.ok(compared.rows.every(({ score }) => Number.isFinite(score!.mean)));
    // What goes on from a folder is compared with the adapter as it was read, as in a run by itself.
    const earlier = await plan.adapt(lora({ rank: 2 })).train({ epochs: 4, learningRate: 0.05 })
      .deploy(adapter(join(folder, "earlier"))).run(quiet);
    assert.ok(earlier.losses.at(-1)! < 0.6, "it has moved");
    await earlier.dispose();
    const again = await plan.compare({
      lora: lora({ rank: 2 }),
      earlier: peft(join(folder, "earlier")),
    }, { metric: rewardMargin, seeds: 1, memory: false, budget: { epochs: 1 } }).run(quiet);
    for (const { name, runs } of again.rows) {
      assert.ok(Math.abs(runs[0].losses[0] - Math.LN2) < 1e-5, `${name}: ${runs[0].losses[0]}`);
    }
    const sweep = await plan.adapt(lora({ rank: 2 })).train({ batchSize: 4 })
      .findLearningRate({ steps: 10 }, quiet);
    assert.ok(Math.abs(sweep.losses[0] - Math.LN2) < 1e-4);
  }));

for (const name of ["bert", "llama"]) {
  Deno.test(`a reward model on ${name} is trained, scored and deployed, and judges answers`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), name);
      const options = { prompt: "asked", chosen: "better", rejected: "worse" };
      const task = rewardModel(name === "bert" ? options : { ...options, template: "plain" });
      const result = await model(reference).data(pairs(24), task).adapt(lora({ rank: 2 }))
        .train({ epochs: 12, batchSize: 4, learningRate: 0.02 })
        .evaluate({ rewardAccuracy, rewardMargin, rewardCalibration })
        .deploy(adapter(join(folder, "a")), merged(join(folder, "m")), onnx(join(folder, "o")))
        .run(quiet);
      assert.equal(result.scores.rewardAccuracy, 1);
      assert.ok(result.scores.rewardMargin > 0.3 && result.scores.rewardCalibration < 0.5);
      const config = JSON.parse(await Deno.readTextFile(join(folder, "m", "config.json")));
      assert.match(config.architectures[0], /ForSequenceClassification$/);
      assert.deepEqual(config.id2label, { 0: "reward" });
      const answers = [{ prompt: "the film was", answer: "the film was good" }, {
        prompt: "the film was",
        answer: "bad film",
      }];
      const rewards = await result.predict(answers);
      assert.ok(rewards[0] > rewards[1], rewards.join());
      const talk = answers.map(({ prompt, answer }) => [
        { role: "user", content: prompt },
        { role: "assistant", content: answer },
      ]);
      assert.deepEqual(await result.predict(talk), rewards);
      for (const name of ["a", "m"]) {
        const opened = await open(join(folder, name));
        const again = await opened.predict(answers) as unknown as number[];
        again.forEach((reward, at) => assert.ok(Math.abs(reward - rewards[at]) < 1e-4));
        await opened.dispose();
      }
      await result.dispose();
    }));
}

Deno.test(
  "a reward model whose end token is its padding token is refused before it is trained",
  () =>
    inFolder(async (folder) => {
      const task = rewardModel({
        prompt: "asked",
        chosen: "better",
        rejected: "worse",
        template: "plain",
      });
      const plan = model("tunebook:english").data(pairs(8), task).adapt(lora({ rank: 2 }))
        .train({ epochs: 1 }).deploy(merged(join(folder, "m")));
      await assert.rejects(plan.run(quiet), {
        kind: "unsupported",
        message:
          /^this cannot be deployed:\n {2}- merged.*: texts end with the token 0, which is the padding/,
      });
    }),
);
