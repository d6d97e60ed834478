import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  auc,
  confusionMatrix,
  f1,
  full,
  head,
  lora,
  model,
  mse,
  pearson,
  peft,
  readTable,
  spearman,
  type Table,
  tableFromColumns,
  tableFromRows,
  writeTable,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
/** Full training learns the tiny random models best. */
const settings = { epochs: 8, learningRate: 3e-3, batchSize: 8 };

function falls(losses: readonly number[]): void {
  const part = Math.floor(losses.length / 4);
  const [first, last] = [losses.slice(0, part), losses.slice(-part)].map(mean);
  assert.ok(last < 0.7 * first, `the loss goes from ${first} to ${last}`);
}

async function csvOf(table: Table, folder: string, name = "rows.csv"): Promise<string> {
  const path = join(folder, name);
  await writeTable(table, path);
  return path;
}

const threeMoods = (rows: number, seed = 1) =>
  tableFromRows(reviews(rows, seed).map((row) => ({ ...row })), "reviews");

Deno.test("one label: learns, scores and predicts", () =>
  inFolder(async (folder) => {
    const data = await csvOf(threeMoods(240), folder);
    const result = await model(await tinyModel(join(folder, "base")))
      .data(data, { text: "text", label: "mood" })
      .adapt(full()).train(settings)
      .evaluate({ accuracy, auc, perClass: f1.perClass, matrix: confusionMatrix }).run(quiet);
    falls(result.losses);
    const { scores } = result;
    assert.ok(scores.accuracy > 0.8 && scores.accuracy <= 1, `accuracy ${scores.accuracy}`);
    assert.deepEqual(Object.keys(scores.perClass), ["negative", "neutral", "positive"]);
    assert.equal(result.examples, 192);
    assert.equal(result.predictions.rows, 48);
    assert.equal(result.steps, 8 * 24);
    assert.equal(result.losses.length, result.steps);

    const found = await result.predict([
      "the film was good and great",
      "the food was awful and bad",
    ]);
    assert.deepEqual(found.map(({ label }) => label), ["positive", "negative"]);
    for (const { label, probabilities } of found) {
      const all = Object.values(probabilities);
      assert.ok(Math.abs(all.reduce((sum, each) => sum + each) - 1) < 1e-6);
      assert.equal(probabilities[label as string], Math.max(...all));
    }
    assert.deepEqual(await result.predict([]), []);
    await assert.rejects(
      result.predict("When is the exam?" as never),
      isMistake("input", 'predict takes a list of inputs, predict(["When is the exam?"])'),
    );
    await assert.rejects(
      result.predict({ text: "fine" } as never),
      isMistake("input", "predict takes a list of inputs", "one alone"),
    );
    await assert.rejects(result.predict(["fine", ""]), isMistake("data", "row 2: an empty text"));
    assert.match(String(result), /accuracy +0\.\d{4}|accuracy +1\.0000/);
    await result.dispose();
  }));

Deno.test("several labels: learns, scores and predicts", () =>
  inFolder(async (folder) => {
    const data = await csvOf(threeMoods(240), folder);
    const result = await model(await tinyModel(join(folder, "base")))
      .data(data, { text: "text", label: "topics", kind: "multi", separator: "|" })
      .adapt(full()).train(settings).evaluate({ micro: f1.micro }).run(quiet);
    falls(result.losses);
    assert.ok(result.scores.micro > 0.9 && result.scores.micro <= 1);
    const [both, none] = await result.predict(["the food and the price", "it was good"]);
    assert.deepEqual(both.label, ["food", "price"]);
    assert.deepEqual(none.label, []);
    await result.dispose();
  }));

Deno.test("numbers: learns, scores and predicts", () =>
  inFolder(async (folder) => {
    const data = await csvOf(threeMoods(240), folder);
    const result = await model(await tinyModel(join(folder, "base")))
      .data(data, { text: "text", label: "score", kind: "regression" })
      .adapt(full()).train(settings).evaluate({ mse, pearson, spearman }).run(quiet);
    falls(result.losses);
    assert.ok(result.scores.pearson > 0.8 && result.scores.pearson <= 1);
    assert.ok(result.scores.mse < 1);
    const [good, bad] = await result.predict(["good great film", "bad awful film"]);
    assert.ok((good.label as number) > 1 && (bad.label as number) < -1);
    assert.deepEqual(good.probabilities, { score: good.label });
    await result.dispose();
  }));

Deno.test("pairs of texts", () =>
  inFolder(async (folder) => {
    const rows = reviews(80).map(({ text, mood }) => ({ text, second: `the ${mood}`, mood }));
    const result = await model(await tinyModel(join(folder, "base")))
      .data(tableFromRows(rows), { text: "text", pair: "second", label: "mood" })
      .adapt(full()).train({ ...settings, epochs: 4 }).evaluate({ accuracy }).run(quiet);
    falls(result.losses);
    await result.dispose();
  }));

Deno.test("class weights, by name and balanced, change what is learned", () =>
  inFolder(async (folder) => {
    const rare = reviews(180).filter(({ mood }, row) => mood === "neutral" || row % 9 === 0);
    const plan = model(await tinyModel(join(folder, "base")))
      .data(tableFromRows(rare.map(({ text, mood }) => ({ text, mood }))), {
        text: "text",
        label: "mood",
      }).adapt(head());
    const losses: Record<string, readonly number[]> = {};
    for (const classWeights of [undefined, "balanced", { neutral: 0.001, positive: 5 }] as const) {
      const result = await plan.train({
        ...settings,
        epochs: 1,
        ...classWeights && { classWeights },
      })
        .run(quiet);
      losses[JSON.stringify(classWeights) ?? "none"] = result.losses;
      await result.dispose();
    }
    assert.equal(new Set(Object.values(losses).map(String)).size, 3);
    await assert.rejects(
      plan.train({ classWeights: { neutrl: 2, happy: 1 } }).run(quiet),
      isMistake("input", '"neutrl" (did you mean "neutral"', '"happy"'),
    );
    const ignored = await plan.train({ ...settings, epochs: 1, classWeights: { neutral: 0 } })
      .run(quiet);
    assert.ok(ignored.losses.every(Number.isFinite));
    await ignored.dispose();
    for (const weight of [-1, NaN]) {
      assert.throws(
        () => plan.train({ classWeights: { neutral: weight } }),
        isMistake("input", "classWeights", "a number from 0 for each label"),
      );
    }
    await assert.rejects(
      plan.train({ classWeights: { neutral: 0, positive: 0 } }).run(quiet),
      isMistake("input", "every label is 0"),
    );
  }));

Deno.test("the best state is kept, and patience ends a run", () =>
  inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base")))
      .data(threeMoods(120), { text: "text", label: "mood", validation: 0.2, test: 30 })
      .adapt(full())
      // So large a rate makes the score go up and down.
      .train({ epochs: 30, learningRate: 2e-2, batchSize: 8, keepBest: true, patience: 3 })
      .evaluate({ accuracy }).run(quiet);
    assert.ok(result.steps < 30 * 9, `${result.steps} steps`);
    const scores = result.validations.map(({ score }) => score);
    const best = scores.indexOf(Math.max(...scores));
    assert.equal(best, scores.length - 1 - 3);
    assert.equal(result.predictions.rows, 30);
    assert.deepEqual(result.splits.splits.map(({ name }) => name), ["train", "validation", "test"]);
    await result.dispose();
  }));

Deno.test("test and validation rows of their own", () =>
  inFolder(async (folder) => {
    const [train, test, held] = [moods(60, 1), moods(20, 2), moods(10, 3)];
    const path = await csvOf(test, folder, "test.csv");
    const base = model(await tinyModel(join(folder, "base")));
    const columns = { text: "text", label: "mood" };
    const result = await base.data(train, { ...columns, test: path, validation: held })
      .adapt(head()).train({ epochs: 1 }).run(quiet);
    assert.equal(result.examples, 60);
    assert.equal(result.predictions.rows, 20);
    assert.equal(result.validations.length, 1);
    await result.dispose();

    const cut = await base.data(train, { ...columns, test, validation: 0.1 })
      .adapt(head()).train({ epochs: 1 }).run(quiet);
    assert.equal(cut.examples, 54);
    await cut.dispose();

    const strange = tableFromColumns({ text: ["it was"], mood: ["postive"] });
    await assert.rejects(
      base.data(train, { ...columns, test: strange }).adapt(head()).train().run(quiet),
      isMistake("data", "test data", 'unknown label "postive" (did you mean "positive"'),
    );
    const lacking = tableFromColumns({ text: ["it was"], label: ["positive"] });
    await assert.rejects(
      base.data(train, { ...columns, test: lacking }).adapt(head()).train().run(quiet),
      isMistake("data", "the test data", 'no column "mood"'),
    );
  }));

Deno.test("a run continues from an adapter's folder, and scores it without training", () =>
  inFolder(async (folder) => {
    const out = join(folder, "adapter");
    const base = model(await tinyModel(join(folder, "base")));
    const data = base.data(moods(80), { text: "text", label: "mood" });
    const first = await data.adapt(lora({ rank: 4, targets: "all-linear" }))
      .train({ ...settings, epochs: 6 }).evaluate({ accuracy }).deploy(adapter(out)).run(quiet);
    const same = await data.adapt(peft(out)).train({ epochs: 0 }).evaluate({ accuracy }).run(quiet);
    assert.deepEqual(same.predictions.logits, first.predictions.logits);
    assert.deepEqual(same.scores, first.scores);
    assert.equal(same.steps, 0);

    const more = await data.adapt(peft(out)).train({ ...settings, epochs: 1 })
      .deploy(adapter(join(folder, "more"))).run(quiet);
    assert.ok(more.losses[0] < mean(first.losses.slice(0, 4)), "it starts anew");
    assert.notDeepEqual(more.predictions.logits, first.predictions.logits);
    for (const result of [first, same, more]) await result.dispose();

    const renamed = moods(80).derive({ mood: (row: { mood: string }) => `${row.mood}!` });
    await assert.rejects(
      base.data(renamed, { text: "text", label: "mood" }).adapt(peft(out)).train().run(quiet),
      isMistake("input", "trained on the labels negative, positive", "negative!, positive!"),
    );
  }));

Deno.test("two plans run in one process at once as they do alone", () =>
  inFolder(async (folder) => {
    const data = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" });
    const plans = [lora({ rank: 2, dropout: 0.1 }), full()].map((method) =>
      data.adapt(method).train({ ...settings, epochs: 2 })
    );
    const logitsOf = async (plan: typeof plans[number]) => {
      const result = await plan.run(quiet);
      await result.dispose();
      return result.predictions.logits;
    };
    const alone = [await logitsOf(plans[0]), await logitsOf(plans[1])];
    assert.deepEqual(await Promise.all(plans.map(logitsOf)), alone);
  }));

Deno.test("a table that came from a file trains as the file does", () =>
  inFolder(async (folder) => {
    const path = await csvOf(moods(40), folder);
    const base = model(await tinyModel(join(folder, "base")));
    const columns = { text: "text", label: "mood" };
    const logits = [];
    for (const source of [path, await readTable(path)]) {
      const result = await base.data(source, columns).adapt(head()).train({ epochs: 1 }).run(quiet);
      logits.push(result.predictions.logits);
      await result.dispose();
    }
    assert.deepEqual(logits[0], logits[1]);
  }));

Deno.test("the rows of every split count among those that were cut", () =>
  inFolder(async (folder) => {
    const long = (rows: number) =>
      tableFromRows(
        reviews(rows).map(({ mood }) => ({ text: "the film was very good", mood })),
      );
    const said: string[] = [];
    const say = console.error;
    console.error = (line: string) => said.push(line);
    try {
      const result = await model(await tinyModel(join(folder, "base")))
        .data(long(30), { text: "text", label: "mood", test: long(9), validation: long(6) })
        .adapt(head()).train({ epochs: 0, maxTokens: 4 }).run();
      await result.dispose();
    } finally {
      console.error = say;
    }
    const line = "45 of 45 rows are longer than 4 tokens and were cut";
    assert.ok(said.some((each) => each.endsWith(line)), said.join("\n"));
  }));
