import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  averagePredictions,
  float,
  full,
  gridSearch,
  linearMerge,
  lora,
  merge,
  merged,
  type MergeReceipt,
  model,
  onnx,
  open,
  slerp,
  type Table,
  tableFromRows,
  taskArithmetic,
  ties,
} from "tunebook";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

const data = { text: "text", label: "mood", test: 0.25, validation: 0.25 } as const;
const rows = moods(64);

/** A base, and what three trainings have made of it; the last one learned the wrong labels. */
async function threeOf(folder: string) {
  const base = await tinyModel(join(folder, "base"));
  const places = ["whole", "part", "wrong"].map((name) => join(folder, name));
  const [whole, part, wrong] = places;
  const swapped = tableFromRows(
    reviews(128).filter(({ mood }) => mood !== "neutral").map(({ text, mood }) => ({
      text,
      mood: mood === "positive" ? "negative" : "positive",
    })),
  );
  const given: readonly [ReturnType<typeof full>, ReturnType<typeof merged>, Table, number][] = [
    [full(), merged(whole), rows, 1],
    [lora({ rank: 2 }), adapter(part), rows, 2],
    [full(), merged(wrong), swapped, 3],
  ];
  for (const [method, target, table, seed] of given) {
    const result = await model(base).data(table, data).adapt(method)
      .train({ epochs: 6, batchSize: 8, learningRate: 5e-3, seed })
      .evaluate({ accuracy }).deploy(target).run({ quiet: true });
    await result.dispose();
  }
  return { folder, base, models: { whole, part, wrong } };
}

type Three = Awaited<ReturnType<typeof threeOf>>;

const receiptIn = async (folder: string): Promise<MergeReceipt> =>
  JSON.parse(await Deno.readTextFile(join(folder, "merge.json")));

async function searched({ folder, base, models }: Three) {
  const places = ["merged", "onnx"].map((name) => join(folder, "out", name));
  const plan = merge(models, { method: taskArithmetic(), base })
    .data(rows, data)
    .searchWeights({
      weights: { whole: float(0, 1), wrong: float(-0.5, 1) },
      sampler: gridSearch({ points: 2 }),
    })
    .evaluate({ accuracy })
    .deploy(merged(places[0]), onnx(places[1]));
  assert.match(String(plan), /choose {3}searched weights/);
  const result = await plan.run({ quiet: true });
  const { choice, singles, scores } = result;
  assert.ok(choice);
  // All weights of 1 lie on the grid: four merges, that one not twice.
  assert.equal(choice.trials.length, 4);
  assert.deepEqual(choice.trials[0].weights, { whole: 1, part: 1, wrong: 1 });
  assert.equal(choice.score, Math.max(...choice.trials.map(({ score }) => score!)));
  assert.ok(choice.score > choice.singles.wrong);
  assert.equal(choice.weights.part, 1);

  const [written, deployed] = await Promise.all(places.map(receiptIn));
  assert.deepEqual(
    Object.values(written.models).map(({ weight }) => weight),
    Object.values(choice.weights),
  );
  assert.deepEqual(written.choice, {
    by: "searched weights",
    metric: "accuracy",
    score: choice.score,
    singles: choice.singles,
    trials: 4,
  });
  assert.deepEqual(deployed.scores, scores);
  const prints = Object.values(written.models).map(({ fingerprint }) => fingerprint);
  assert.equal(new Set([...prints, written.baseFingerprint]).size, 4);
  assert.ok(prints.every((each) => /^[0-9a-f]{64}$/.test(each)));

  // Each model alone says what it says by itself.
  for (const [name, place] of Object.entries(models)) {
    const alone = await open(place);
    const texts = ["good great film", "bad awful place"];
    const own = await alone.predict(texts);
    await alone.dispose();
    assert.equal(own.length, 2);
    assert.equal(
      singles[name as keyof typeof singles].scores.accuracy,
      accuracy.compute(singles[name as keyof typeof singles].predictions),
    );
  }
  // What is deployed is what was scored.
  const again = await open(places[0]);
  const texts = ["good great film", "bad awful place", "the food was sad"];
  assert.deepEqual(
    (await again.predict(texts)).map(({ label }) => label),
    (await result.predict(texts)).map(({ label }) => label),
  );
  await again.dispose();
  assert.match(String(result), /task_arithmetic.*searched weights/);
  assert.doesNotMatch(String(result), /tunebook_merge_/);
  const shown = await (result as unknown as Displayed)[jupyterDisplay]();
  assert.match(String(shown["text/html"]), /validation accuracy/);
  assert.equal(result.model, "task_arithmetic of whole, part, wrong");
  await result.dispose();
  await result.dispose();
}

async function alone({ models }: Three) {
  const { whole, wrong } = models;
  const result = await merge({ whole, wrong }, { method: linearMerge(), weights: { wrong: 0 } })
    .data(rows, data).evaluate({ accuracy }).run({ quiet: true });
  assert.equal(result.choice, undefined);
  assert.deepEqual(
    result.predictions.probabilities,
    result.singles.whole.predictions.probabilities,
  );
  assert.notDeepEqual(result.singles.whole.scores, result.singles.wrong.scores);
  const both = averagePredictions([
    result.singles.whole.predictions,
    result.singles.wrong.predictions,
  ]);
  assert.equal(both.rows, result.predictions.rows);
  await result.dispose();
}

async function soups({ folder, models }: Three) {
  const soup = merge(models, { method: linearMerge() }).data(rows, data);
  const greedy = await soup.greedySoup().evaluate({ accuracy })
    .deploy(merged(join(folder, "soup"))).run({ quiet: true });
  const { choice } = greedy;
  assert.ok(choice);
  const ranked = Object.entries(choice.singles).sort(([, a], [, b]) => b - a);
  assert.equal(choice.trials.length, 3);
  assert.ok(choice.score >= ranked[0][1]);
  // Replays the recipe: what is kept never lowers the score.
  let [best, kept] = [-Infinity, {} as Readonly<Record<string, unknown>>];
  for (const { weights, score } of choice.trials) {
    if (score! < best) continue;
    [best, kept] = [score!, weights];
  }
  assert.deepEqual(kept, choice.weights);
  assert.equal(best, choice.score);
  assert.ok(!("wrong" in choice.weights), String(Object.keys(choice.weights)));
  assert.deepEqual(
    Object.keys((await receiptIn(join(folder, "soup"))).models),
    Object.keys(choice.weights),
  );
  const uniform = await soup.evaluate({ accuracy }).run({ quiet: true });
  assert.deepEqual(Object.keys(uniform.merge.models), ["whole", "part", "wrong"]);
  assert.notDeepEqual(uniform.predictions.probabilities, greedy.predictions.probabilities);
  await greedy.dispose();
  await uniform.dispose();
}

async function untouched({ base, models }: Three) {
  const chosen = async (test: Table) => {
    const result = await merge(models, { method: ties({ density: 0.5 }), base })
      .data(rows, { ...data, test })
      .searchWeights({ budget: { trials: 4 }, seed: 3 })
      .run({ quiet: true });
    await result.dispose();
    return result.choice!;
  };
  const one = await chosen(moods(8));
  const other = await chosen(
    tableFromRows([{ text: "awful awful", mood: "positive" }, {
      text: "lovely",
      mood: "negative",
    }]),
  );
  const withoutTimes = ({ trials, weights }: typeof one) => ({ trials, weights });
  assert.deepEqual(withoutTimes(one), withoutTimes(other));
}

Deno.test("what makes no sense is refused whole, before anything is read", () => {
  const both = { a: "out/a", b: "out/b" };
  const linear = merge(both, { method: linearMerge() }).data(rows, data);
  assert.throws(
    () => linear.searchWeights({ weights: { c: float(0, 1), a: "much" } as never, budget: {} }),
    (error: Error) =>
      /weights\.c is of no model/.test(error.message) &&
      /weights\.a is no finite number/.test(error.message),
  );
  assert.throws(() => linear.searchWeights({}), /budget says when it ends/);
  assert.throws(
    () => linear.searchWeights({ budget: { epochs: 3 } as never }),
    /budget\.epochs is no limit of merges/,
  );
  assert.throws(
    () =>
      merge(both, { method: slerp({ t: 0.5 }) }).data(rows, data)
        .searchWeights({ budget: { trials: 2 } }),
    /slerp has no weights to search/,
  );
  assert.throws(
    () =>
      merge(both, { method: linearMerge() }).data(rows, { text: "text", label: "mood" })
        .greedySoup(),
    /validation: 0\.2/,
  );
  assert.throws(
    () => merge(both, { method: ties(), base: "out/base" }).data(rows, data).greedySoup(),
    /a soup is a mean of models: take linearMerge\(\), not ties/,
  );
  assert.throws(() =>
    linear.greedySoup({ metric: "bleu" }).evaluate({ accuracy }).deploy("x" as never)
  );
  assert.throws(
    () => merge(both, { method: linearMerge() }).data(rows, { text: "no" } as never),
    /no/,
  );
});

Deno.test("merges of three trainings", (context) =>
  inFolder(async (folder) => {
    const three = await threeOf(folder);
    const step = (name: string, check: (three: Three) => Promise<void>) =>
      context.step(name, () => check(three));
    await step(
      "weights are searched on validation rows, and the merge is scored and deployed with its receipt",
      searched,
    );
    await step("a merge of one model scores as that model, whichever came before", alone);
    await step("a greedy soup leaves out what makes it worse, and a uniform one does not", soups);
    await step("test rows do not change what is chosen", untouched);
  }));
