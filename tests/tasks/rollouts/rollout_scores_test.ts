import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answerKl,
  answerLength,
  finishedShare,
  grpo,
  type GrpoOptions,
  lora,
  meanReward,
  model,
  pairedBootstrap,
  perplexity,
  type Rewards,
  type RewardSample,
  tableFromRows,
  type TrainOptions,
} from "tunebook";
import { planDisplay } from "../../../lib/pipeline/display/plan_display.ts";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const rows = tableFromRows(
  reviews(16).map(({ text }) => ({ asked: text.split(" ").slice(0, 2).join(" ") })),
);
/** The share of an answer's letters that are an a: a model of letters learns it at once. */
const letters = ({ completion }: RewardSample) =>
  (completion.split("a").length - 1) / Math.max(1, completion.length);
const short = ({ completionTokens }: RewardSample) => -completionTokens / 10;
const sampling = { prompt: "asked", groupSize: 4, maxNewTokens: 6 };
const split = { test: 6, validation: 3 };
const settings: TrainOptions = { epochs: 4, batchSize: 4, learningRate: 0.03, samples: 0 };

async function planOf(
  folder: string,
  options: Partial<GrpoOptions> = {},
  train: TrainOptions = {},
  held: object = split,
) {
  const reference = await tinyModel(join(folder, "base"), "gpt2");
  const task = grpo({ ...sampling, rewards: { letters, short }, ...options });
  return model(reference).data(rows, task, held).adapt(lora({ rank: 4 }))
    .train({ ...settings, ...train });
}

Deno.test("held-out prompts are answered before and after, by the same draws, and scored by rewards", () =>
  inFolder(async (folder) => {
    const plan = (await planOf(folder, { scoredPrompts: 5, scoredAnswers: 2 }, { keepBest: true }))
      .evaluate({
        meanReward,
        each: meanReward.perReward,
        answerKl,
        answerLength,
        finishedShare,
        perplexity,
      });
    const result = await plan.run(quiet);
    const { judged, judgedBefore, scores } = result;
    assert.deepEqual([judged!.rows, judged!.answers[0].length], [5, 2]);
    const answers = judged!.answers.flat();
    const mean = (of: (answer: typeof answers[number]) => number) =>
      answers.reduce((sum, each) => sum + of(each), 0) / answers.length;
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} ${b}`);
    near(scores.meanReward, mean(({ reward }) => reward));
    near(scores.each.letters, mean(({ rewards }) => rewards.letters!));
    near(scores.meanReward, scores.each.letters + scores.each.short);
    near(scores.answerLength, mean(({ tokens }) => tokens));
    near(scores.finishedShare, mean(({ finished }) => Number(finished)));
    assert.ok(scores.perplexity > 1);
    assert.ok(result.intervals.meanReward.low < scores.meanReward);
    assert.ok(result.intervals.meanReward.high > scores.meanReward);
    // Before the training the model is its own reference.
    assert.ok(result.scoresBefore!.answerKl as number < 1e-6);
    assert.ok(scores.answerKl > 0.01, `${scores.answerKl}`);
    assert.ok(scores.meanReward > (result.scoresBefore!.meanReward as number));
    assert.equal("perplexity" in result.scoresBefore!, false);
    const test = pairedBootstrap(judgedBefore!, judged!, meanReward);
    near(test.difference, scores.meanReward - (result.scoresBefore!.meanReward as number));
    // The validations are of rewards, and the best is the highest.
    const best = Math.max(...result.validations.map(({ score }) => score));
    assert.equal(result.validations.length, 4);
    assert.ok(result.validations.every(({ score }) => score > -0.7 && score < 1));
    assert.ok(best > result.validations[0].score);
    const again = await plan.run(quiet);
    assert.deepEqual(again.judged!.answers, judged!.answers);
    assert.deepEqual(again.validations, result.validations);
    const text = String(result);
    assert.match(text, /mean reward +-?0\.\d+ \(/);
    assert.match(text, /Answers to 5 held-out prompts, 2 to each/);
    assert.match(text, /reward letters/);
    await result.dispose();
    await again.dispose();
  }));

Deno.test("rewards judge validations where no score was asked, and the steps that are done are known", () =>
  inFolder(async (folder) => {
    const steps: number[] = [];
    const constant = ({ step, row }: RewardSample) => {
      if (Object.hasOwn(row, "held")) steps.push(step);
      return step;
    };
    const all = rows.objects() as { asked: string }[];
    const held = (many: number) =>
      tableFromRows(all.slice(0, many).map((row) => ({ ...row, held: true })));
    const plan = await planOf(folder, { rewards: constant }, { epochs: 2 }, {
      test: held(2),
      validation: held(3),
    });
    const result = await plan.run(quiet);
    assert.deepEqual(result.validations, [{ step: 4, score: 4 }, { step: 8, score: 8 }]);
    assert.deepEqual(steps, [4, 4, 4, 8, 8, 8]);
    assert.equal(result.judged, undefined);
    await result.dispose();
  }));

Deno.test("what a reward cannot say of held-out answers is counted and said, and ends no run", () =>
  inFolder(async (folder) => {
    let calls = 0;
    const frail = ({ row }: RewardSample) => {
      if (row.held && calls++ % 3 === 0) throw new Error("the server is gone");
      return row.held && calls % 3 === 2 ? NaN : 1;
    };
    const never = ({ row }: RewardSample) => row.held ? new Promise<number>(() => {}) : 0;
    const held = tableFromRows(reviews(6).map(({ text }) => ({ asked: text, held: true })));
    const late = { reward: never, timeoutSeconds: 0.01, onTimeout: -1 };
    const plan = (await planOf(
      folder,
      { rewards: { frail, late }, maxNewTokens: 3 },
      { epochs: 1 },
      { test: held },
    )).evaluate({ meanReward, each: meanReward.perReward });
    const result = await plan.run(quiet);
    const { frail: counted, late: overdue } = result.judged!.failures;
    assert.equal(counted.failures, 4);
    assert.match(counted.first!, /frail failed for .*the server is gone/);
    assert.deepEqual(overdue, { failures: 0, timeouts: 6 });
    assert.deepEqual(result.scores.each, { frail: 1, late: -1 });
    // A reward that is missing leaves the others: 2 of 6 have both.
    assert.ok(Math.abs(result.scores.meanReward - (2 * 0 + 4 * -1) / 6) < 1e-12);
    assert.match(String(result), /note: the reward frail could not be had for 4 of 6 answers/);
    assert.match(String(result), /note: the reward late took too long for 6 of 6 answers/);
    await result.dispose();
  }));

Deno.test("rewards need their columns in held-out rows only where these are judged", () =>
  inFolder(async (folder) => {
    const wanted = Object.assign(() => 1, { columns: ["wanted"] });
    const train = { ...settings, epochs: 1 };
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const rich = tableFromRows(rows.objects().map((row) => ({ ...row, wanted: "a" })));
    const plan = model(reference)
      .data(rich, grpo({ ...sampling, rewards: wanted }), { test: rows })
      .adapt(lora({ rank: 4 })).train(train);
    await (await plan.run(quiet)).dispose();
    await assert.rejects(plan.evaluate({ meanReward }).run(quiet), {
      kind: "data",
      message: /the test data, by which rewards judge,[^]*wanted/,
    });
  }));

Deno.test("a checkpoint is not continued by other rewards, sampling is forecast, and a sweep of learning rates refused", () =>
  inFolder(async (folder) => {
    const checkpoints = join(folder, "kept");
    const kept = { epochs: 1, checkpoints };
    await (await (await planOf(folder, {}, kept)).run(quiet)).dispose();
    const resumed = (rewards: GrpoOptions["rewards"]) =>
      planOf(folder, { rewards }, { ...kept, resume: true }).then((plan) => plan.run(quiet));
    await (await resumed({ letters, short })).dispose();
    const others: Rewards[] = [
      { letters, short: ({ completionTokens }: RewardSample) => -completionTokens / 11 },
      { letters, short: { reward: short, weight: 2 } },
      { letters },
    ];
    for (const other of others) {
      await assert.rejects(resumed(other), {
        kind: "input",
        message: /belongs to another run[^]*rewards: \{"letters":"weight 1, 60 s, /,
      });
    }
    const shown = await planDisplay((await planOf(folder, { updates: 2 })).spec);
    assert.match(
      shown["text/plain"],
      /steps: 16\nsampling: 8 times 16 answers of at most 6 tokens: at least .* sampling not counted/s,
    );
    await assert.rejects((await planOf(folder)).findLearningRate(), {
      kind: "unsupported",
      message: /a sweep of learning rates .* grpo/,
    });
  }));

Deno.test("a run that is stopped while it answers before the training has trained nothing", () =>
  inFolder(async (folder) => {
    const stop = new AbortController();
    const stops = () => {
      stop.abort();
      return 1;
    };
    const plan = (await planOf(folder, { rewards: stops })).evaluate({ meanReward });
    await assert.rejects(plan.run({ ...quiet, signal: stop.signal }), {
      kind: "interrupted",
      message: /stopped before the training; nothing was trained/,
    });
  }));
