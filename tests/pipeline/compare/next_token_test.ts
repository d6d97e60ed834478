import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  chat,
  chrf,
  ComparePlan,
  head,
  lora,
  model,
  perplexity,
  promptTuning,
  type RunOptions,
  tableFromColumns,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const quiet: RunOptions = { quiet: true };
const columns = { text: "text", test: 0.25 };
const texts = (rows: number, times = 1) =>
  tableFromColumns({ text: reviews(rows).map(({ text }) => Array(times).fill(text).join(" ")) });

Deno.test("methods are compared by the perplexity that their own plans have", () =>
  inFolder(async (folder) => {
    const stage = model(await tinyModel(join(folder, "base"), "gpt2")).data(texts(60), columns);
    const methods = { lora: lora({ rank: 2 }), prompt: promptTuning({ tokens: 3 }) };
    const plan = stage.compare(methods, {
      seeds: 2,
      budget: { epochs: 2 },
      train: { batchSize: 8 },
    });
    // The first run of each method is in a process of its own, which reads the rows from files.
    const result = await plan.run(quiet);
    assert.equal(result.metric, "perplexity");
    assert.deepEqual(result.examples, { train: 45, test: 15 });
    for (const { name, runs, score, trainedParameters, savedBytes, peakBytes } of result.rows) {
      for (const { seed, score: found, losses } of runs) {
        const alone = await stage.adapt(methods[name as keyof typeof methods])
          .train({ epochs: 2, batchSize: 8, seed }).evaluate({ perplexity }).run(quiet);
        assert.ok(
          Math.abs(found / alone.scores.perplexity - 1) < 1e-4,
          `${name} ${seed}: ${found}`,
        );
        assert.equal(losses.length, alone.losses.length);
        await alone.dispose();
      }
      assert.ok(score!.low >= 1 && score!.low <= score!.mean && score!.mean <= score!.high);
      assert.ok(trainedParameters! > 0 && savedBytes! > 0 && peakBytes! > 0);
    }
    const [best, other] = result.rows.map(({ score }) => score!.mean);
    assert.ok(best < other, "the lowest perplexity is the best");
    assert.match(String(result), /perplexity/);
    assert.match(JSON.stringify(result), /perplexity/);
  }));

Deno.test("texts that are too long for one method are cut alike for all", () =>
  inFolder(async (folder) => {
    const stage = model(await tinyModel(join(folder, "base"), "gpt2")).data(texts(20, 12), columns);
    const options = { seeds: 1, budget: { epochs: 1 }, train: { batchSize: 8 }, memory: false };
    const result = await stage.compare({
      lora: lora({ rank: 2 }),
      prompt: promptTuning({ tokens: 8 }),
    }, options).run(quiet);
    const config = await Deno.readTextFile(join(folder, "base", "config.json"));
    const { n_positions: positions } = JSON.parse(config);
    const alone = async (maxTokens: number) => {
      const run = await stage.adapt(lora({ rank: 2 })).train({ epochs: 1, batchSize: 8, maxTokens })
        .evaluate({ perplexity }).run(quiet);
      await run.dispose();
      return run.scores.perplexity;
    };
    const found = result.rows.find(({ name }) => name === "lora")!.runs[0].score;
    assert.ok(Math.abs(found / await alone(positions - 8) - 1) < 1e-4);
    assert.ok(Math.abs(found / await alone(positions) - 1) > 1e-4);
  }));

Deno.test("a comparison without labels is written as JSON, and refuses what needs labels", () =>
  inFolder(async (folder) => {
    const plan = model("hf:org/name").data("texts.csv", { text: "text" })
      .compare({ lora: lora() }, { metric: perplexity });
    assert.deepEqual(ComparePlan.from(JSON.parse(JSON.stringify(plan))).toJSON(), plan.toJSON());
    const stage = model(await tinyModel(folder, "gpt2")).data(texts(20), columns);
    assert.throws(
      // @ts-expect-error Accuracy scores no next tokens.
      () => stage.compare({ lora: lora() }, { metric: accuracy }),
      isMistake("input", /accuracy does not score next tokens.*perplexity/),
    );
    assert.throws(
      () => stage.compare({ lora: lora() }, { metric: "chrf" as never, generate: { beams: 2 } }),
      isMistake("input", "metric is", "must be a metric such as accuracy"),
    );
    await assert.rejects(
      stage.compare({ head: head() }).run(quiet),
      isMistake("input", /nothing to train/),
    );
  }));

Deno.test("methods are compared by what they write, as their own plans score it", () =>
  inFolder(async (folder) => {
    const rows = tableFromColumns({
      asked: reviews(30).map(({ text }) => text),
      said: reviews(30).map(({ mood }) => mood === "positive" ? "good" : "bad"),
    });
    const task = chat({ prompt: "asked", completion: "said", template: "plain" });
    const stage = model(await tinyModel(join(folder, "base"), "gpt2"))
      .data(rows, task, { test: 0.25 });
    const methods = { lora: lora({ rank: 2 }), prompt: promptTuning({ tokens: 3 }) };
    const generate = { maxNewTokens: 4 };
    const budget = { epochs: 3 };
    const train = { batchSize: 4 };
    const plan = stage.compare(methods, { metric: chrf, generate, seeds: 1, budget, train });
    const again = ComparePlan.from(
      JSON.parse(JSON.stringify(
        model("hf:org/name").data("talks.jsonl", task).compare(methods, { metric: chrf, generate }),
      )),
    );
    assert.deepEqual(again.spec.generate, generate);
    assert.equal(again.spec.metric?.name, "chrf");
    // The first run of each method is in a process of its own, and sends what it wrote.
    const result = await plan.run(quiet);
    assert.equal(result.metric, "chrf");
    for (const { name, runs: [{ score }] } of result.rows) {
      const alone = await stage.adapt(methods[name]).train({ ...budget, ...train, seed: 1 })
        .evaluate({ chrf }, { generate }).run(quiet);
      assert.ok(Math.abs(score - alone.scores.chrf) < 1e-9, `${name}: ${score}`);
      await alone.dispose();
    }
    const [best, other] = result.rows;
    assert.equal(best.againstBest, undefined);
    const { a, b, pValue, metric } = other.againstBest!;
    assert.deepEqual([a, b, metric], [other.runs[0].score, best.runs[0].score, "chrf"]);
    assert.ok(pValue > 0 && pValue <= 1);
    assert.ok(result.notes.some((note) => note.includes(`${other.name} and ${best.name}`)));
    assert.throws(
      () => stage.compare(methods, { metric: perplexity, generate }),
      isMistake("input", "generate says how texts are written, but perplexity scores none"),
    );
    assert.throws(
      () => stage.compare(methods, { metric: chrf, generate: { beam: 2 } as never }),
      isMistake("input", "beam"),
    );
  }));
