/** Selection: folds are those of plans, test rows change nothing, stopped work goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  crossValidate,
  head,
  kFold,
  lora,
  type Method,
  model,
  mse,
  type RunOptions,
  select,
  type Selection,
  type Table,
  tableFromColumns,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { assertSelfContained } from "../../core/self_contained.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet: RunOptions = { quiet: true };
const columns = { text: "text", label: "mood" };
const training = { epochs: 2, batchSize: 8 };

/** A tiny model with rows, and test rows of their own. */
const start = async (folder: string, test: Table = moods(16, 9)) =>
  model(await tinyModel(join(folder, "base"))).data(moods(48), { ...columns, test });

/** What the folds of all candidates gave, without clocks. */
const scoresOf = ({ rows }: Pick<Selection, "rows">) =>
  rows.map(({ name, folds, score, againstBest }) => ({
    ...{ name, mean: score?.mean, p: againstBest?.adjusted },
    folds: folds.map(({ repeat, fold, score }) => [repeat, fold, score]),
  }));

/** Files of kept folds below a folder. */
async function keptFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await keptFiles(path) : [path]);
  }
  return found.sort();
}

Deno.test("a fold is a run of the plan on its rows", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const plan = stage.adapt(lora({ rank: 2 })).train(training).evaluate({ accuracy });
    const found = await crossValidate(plan, { folds: 3, seed: 5 }, quiet);
    assert.deepEqual([found.rows, found.metric], [48, "accuracy"]);
    const folds = kFold(moods(48), { folds: 3, seed: 5, stratify: "mood" });
    for (const [at, { train, test }] of folds.entries()) {
      const result = await model(stage.adapt(head()).train().spec.model)
        .data(train, { ...columns, test }).adapt(lora({ rank: 2 })).train(training)
        .evaluate({ accuracy }).run(quiet);
      assert.equal(found.folds[at].score, result.scores.accuracy);
      await result.dispose();
    }
    const scores = found.folds.map(({ score }) => score);
    const mean = scores.reduce((sum, score) => sum + score, 0) / 3;
    const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 2);
    assert.ok(Math.abs(found.score.mean - mean) < 1e-12);
    assert.ok(Math.abs(found.standardError - deviation / Math.sqrt(3)) < 1e-12);
    // Student's t at .975 of two degrees of freedom; folds hold half as many rows as they train on.
    const low = Math.max(0, mean - 4.302652729911275 * deviation * Math.sqrt(1 / 3 + 16 / 32));
    assert.ok(Math.abs(found.score.low - low) < 1e-9);
    assert.match(String(found), /accuracy .* over 3 folds of 48 rows[^]*classes in equal shares/);
  }));

Deno.test("repeats have folds and seeds of their own, and validation rows are never held out", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { ...columns, test: 12, validation: 8 })
      .adapt(head()).train({ ...training, keepBest: true }).evaluate({ accuracy });
    const { folds, rows } = await crossValidate(plan, { folds: 2, repeats: 2 }, quiet);
    assert.equal(rows, 48);
    assert.deepEqual(folds.map(({ repeat, fold }) => [repeat, fold]), [[1, 1], [1, 2], [2, 1], [
      2,
      2,
    ]]);
    for (const { trainRows, testRows } of folds) assert.deepEqual([trainRows, testRows], [16, 24]);
  }));

Deno.test("selects, tests against the best, measures costs, and scores the chosen one once", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const small = stage.adapt(head()).train(training);
    const large = stage.adapt(lora({ rank: 2 })).train(training).evaluate({ accuracy });
    const selection = await select({ small, large }, { folds: 3, metric: accuracy }, quiet);
    assert.deepEqual(selection.rows.map(({ name }) => name).sort(), ["large", "small"]);
    const [best, other] = selection.rows;
    assert.equal(selection.chosen, best);
    assert.equal(selection.best, best);
    assert.ok(best.score!.mean >= other.score!.mean);
    assert.equal(best.againstBest, undefined);
    const { tTest, adjusted, mcNemar, bootstrap } = other.againstBest!;
    assert.equal(adjusted, tTest.pValue, "one test needs no correction");
    assert.ok(Math.abs(tTest.difference - (best.score!.mean - other.score!.mean)) < 1e-12);
    // 48 rows in three folds of 16: the mean of the folds is that of the rows.
    assert.ok(Math.abs((mcNemar!.onlyB - mcNemar!.onlyA) / 48 - tTest.difference) < 1e-12);
    assert.ok(Math.abs(bootstrap!.difference - tTest.difference) < 1e-12);
    for (const row of selection.rows) {
      assert.ok(row.milliseconds! > 0 && row.bytes! > 1e4, row.name);
      assert.ok(row.peakBytes! > 20e6 && row.peakBytes! < 4e9, `${row.peakBytes} bytes`);
    }
    const sizes = Object.fromEntries(
      selection.rows.map(({ name, trainedParameters }) => [name, trainedParameters!]),
    );
    assert.ok(sizes.large > sizes.small);
    assert.ok(selection.rows.some(({ isOnFront }) => isOnFront));

    const plan = selection.chosen.name === "small" ? small.evaluate({ accuracy }) : large;
    const alone = await plan.run(quiet);
    assert.equal(selection.test!.score, alone.scores.accuracy, "the plan as it is");
    assert.equal(selection.test!.rows, 16);
    await alone.dispose();

    assert.match(String(selection), /candidate +accuracy .* front\n[^]*\(chosen\)[^]*16 test rows/);
    const shown = await (selection as unknown as Record<symbol, () => Promise<MimeBundle>>)
      [jupyterDisplay]();
    assert.match(shown["text/html"]!, /<table[^]*large[^]*<img/);
    const page = await selection.html();
    assertSelfContained(shown);
    assert.match(page, /^\s*<!DOCTYPE html>[^]*<title>accuracy of 2 candidates/);
    assert.match(String(selection.chart({ scoreName: "准确率" })), /^准确率 of 2/);
    await selection.dispose();
  }));

Deno.test("test rows change nothing that is chosen by", () =>
  inFolder(async (folder) => {
    const options = { folds: 2, metric: accuracy, memory: false, refit: false } as const;
    const selected = async (test: Table) => {
      const stage = await start(folder, test);
      const a = stage.adapt(head()).train({ ...training, epochs: 1 });
      return await select({ a, b: stage.adapt(lora({ rank: 2 })).train(training) }, options, quiet);
    };
    const text = ["other words", "a lovely third", "nothing"];
    const one = await selected(moods(16, 9));
    const other = await selected(
      tableFromColumns({ text, mood: ["negative", "negative", "positive"] }),
    );
    assert.deepEqual(scoresOf(other), scoresOf(one));
    assert.equal(other.chosen.name, one.chosen.name);
    assert.equal(one.test, undefined);
  }));

Deno.test("stopped work goes on in its folder to the same scores", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const plans = {
      a: stage.adapt(head()).train({ ...training, epochs: 1 }),
      b: stage.adapt(lora({ rank: 2 })).train(training),
    };
    const options = { folds: 3, metric: accuracy, memory: false, refit: false } as const;
    const whole = await select(plans, options, quiet);
    const kept = join(folder, "kept");
    const controller = new AbortController();
    const stopped = select(plans, { ...options, folder: kept }, {
      ...quiet,
      signal: controller.signal,
    });
    const watching = (async () => {
      while ((await keptFiles(kept).catch(() => [])).length < 2) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      controller.abort();
    })();
    await assert.rejects(
      stopped,
      isMistake("interrupted", /stopped after \d of 6 folds; they are kept in/),
    );
    await watching;
    const before = await keptFiles(kept);
    assert.ok(before.length >= 2 && before.length < 6, `${before.length} folds`);
    const texts = await Promise.all(before.map((file) => Deno.readTextFile(file)));
    const again = await select(plans, { ...options, folder: kept }, quiet);
    assert.deepEqual(scoresOf(again), scoresOf(whole));
    assert.deepEqual(await Promise.all(before.map((file) => Deno.readTextFile(file))), texts);
    assert.equal((await keptFiles(kept)).length, 6);

    const another = { ...plans, a: stage.adapt(head()).train({ ...training, epochs: 3 }) };
    await assert.rejects(
      select(another, { ...options, folder: kept }, quiet),
      isMistake("input", /repeat_1_fold_1\.json is of another plan/),
    );
    await Deno.writeTextFile(before[0], "{");
    await assert.rejects(
      select(plans, { ...options, folder: kept }, quiet),
      isMistake("input", /no fold that was kept/),
    );
  }));

Deno.test("nested folds score what each inner selection chooses", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const one = stage.adapt(lora({ rank: 2 })).train(training);
    const options = { folds: 2, metric: accuracy, memory: false, refit: false, seed: 3 } as const;
    const alone = await select({ one }, { ...options, nested: 3 }, quiet);
    const folds = await crossValidate(one, { folds: 3, metric: accuracy, seed: 3 }, quiet);
    assert.deepEqual(
      alone.nested!.folds.map(({ score }) => score),
      folds.folds.map(({ score }) => score),
      "with nothing to choose it is a cross-validation",
    );
    assert.deepEqual(alone.nested!.score, folds.score);
    const lazy = stage.adapt(head()).train({ epochs: 0.2 });
    const { nested } = await select({ lazy, one }, {
      ...options,
      nested: 2,
      rule: "one-standard-error",
    }, quiet);
    assert.deepEqual(nested!.folds.map(({ fold }) => fold), [1, 2]);
    for (const { chosen, score } of nested!.folds) {
      assert.ok(["lazy", "one"].includes(chosen) && score >= 0 && score <= 1);
    }
    assert.match(String(alone), /the whole selection, over 3 outer folds: .* it chose one 3 times/);
  }));

Deno.test("a candidate that fails is told and left out; all that fail are an error", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const broken: Method = {
      ...{ method: "broken", settings: {} },
      attach: () => {
        throw new Error("no such layer");
      },
    };
    const bad = stage.adapt(broken).train(training);
    const good = stage.adapt(head()).train({ ...training, epochs: 1 });
    const options = { folds: 2, metric: accuracy, memory: false, refit: false } as const;
    const selection = await select({ bad, good }, options, quiet);
    assert.equal(selection.chosen.name, "good");
    assert.match(selection.rows[1].failure!, /no such layer/);
    assert.match(String(selection), /bad failed: .*no such layer/);
    await assert.rejects(select({ bad }, options, quiet), /no such layer/);
  }));

Deno.test("what cannot be candidates is refused at once", async () => {
  const rows = moods(12);
  const stage = model("file:none").data(rows, columns);
  const plan = stage.adapt(head()).train();
  const other = model("file:none").data(moods(12, 2), { ...columns, test: 3 }).adapt(head())
    .train();
  const numbers = model("file:none").data(rows, { text: "mood", label: "text" }).adapt(head())
    .train();
  await assert.rejects(
    select({ plan, other, numbers }),
    isMistake(
      "input",
      /other has other data .*\n.*other has another test .*\n.*numbers has another task/,
    ),
  );
  await assert.rejects(select({}), isMistake("input", /select takes plans by name/));
  await assert.rejects(
    select({ plan, stage: stage as never }),
    isMistake("input", /these are none:[^]*stage is/),
  );
  await assert.rejects(
    crossValidate(plan, { metric: mse as never }),
    isMistake("input", /mse does not score/),
  );
  await assert.rejects(crossValidate(plan, { folds: 1 }), isMistake("input", /folds is 1/));
  await assert.rejects(
    crossValidate(plan, { groups: "author" }),
    isMistake("data", /author/),
  );
  await assert.rejects(
    select({ plan }, { cost: "bytes" }),
    isMistake("input", /cost belongs to the rule/),
  );
  await assert.rejects(
    select({ plan }, { rule: "one-standard-error", cost: "peakBytes", nested: 2 }),
    isMistake("input", /nested folds do not measure/),
  );
});
