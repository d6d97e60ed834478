import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  choice,
  float,
  gridSearch,
  head,
  int,
  lora,
  model,
  onnx,
  SearchPlan,
  type Table,
  tableFromRows,
  textClassification,
  wilcoxonPruner,
  writeTable,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";
import { columns, space, timeless, tinySearch } from "./tiny_search.ts";

Deno.test("a search finds a plan that gives its score again, and says what it tried", () =>
  inFolder(async (folder) => {
    const search = tinySearch(await tinyModel(folder), {
      metric: "accuracy",
      budget: { trials: 4 },
    });
    const found = await search.run({ quiet: true });
    assert.equal(found.trials.length, 4);
    // The plan as it is written comes first: the method's own rank and learning rate.
    assert.deepEqual(found.trials[0].suggestion, {
      method: { name: "lora", rank: 8 },
      learningRate: 1e-3,
      epochs: 2,
      batchSize: 8,
    });
    const scores = found.trials.map(({ score }) => score!);
    assert.equal(found.best.score, Math.max(...scores));
    assert.equal(found.plan, found.best.plan);
    assert.match(String(found), /^4 trials: 4 complete\ntrial +validation accuracy +method /);
    const { figures } = found.trials[0];
    assert.deepEqual([figures.steps, figures.epochs], [8, 2]);
    assert.equal(figures.bytes, 4 * figures.parameters);
    const result = await found.plan.run({ quiet: true });
    assert.equal(result.validations.at(-1)!.score, found.best.score);
    assert.deepEqual(Object.keys(result.scores), ["accuracy"]);
    await result.dispose();
  }));

Deno.test("trials that share results of frozen layers score as they would alone", () =>
  inFolder(async (folder) => {
    const vary = {
      method: head(),
      learningRate: choice(1e-3, 1e-2, 1e-1),
      epochs: 2,
      batchSize: 8,
    };
    const search = tinySearch(await tinyModel(folder), { sampler: gridSearch(), budget: {} }, {
      vary,
    });
    const { trials } = await search.run({ quiet: true });
    assert.equal(trials.length, 3);
    for (const { suggestion: { learningRate }, score } of trials) {
      const alone = tinySearch(search.spec.plan.model, { budget: { trials: 1 } }, {
        vary: { ...vary, learningRate: choice(learningRate) },
      });
      const { best } = await alone.run({ quiet: true });
      assert.equal(best.score, score);
    }
  }));

Deno.test("a notebook shows the table while it fills", () =>
  inFolder(async (folder) => {
    const shown: { text: string; html: string; update: boolean }[] = [];
    await tinySearch(await tinyModel(folder)).run({
      notebook: {
        show(bundle, { update }) {
          const [text, html] = [bundle["text/plain"], String(bundle["text/html"])];
          shown.push({ text, html, update });
          return Promise.resolve();
        },
      },
    });
    assert.deepEqual(shown.map(({ update }) => update), shown.map((_, at) => at > 0));
    assert.match(
      shown[0].text,
      /^trial 0: method lora rank 8, learning rate 0.001\n1 trial: 1 pending/,
    );
    assert.match(shown.at(-1)!.text, /^2 trials: 2 complete/);
    assert.match(shown.at(-1)!.html, /<table/);
  }));

Deno.test("test rows change nothing of a search, and are never encoded", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const [train, test] = [moods(48), moods(24, 2)];
    const poisoned = tableFromRows(
      (test.objects() as { mood: string }[]).map(({ mood }) => ({
        text: "good bad",
        mood: mood === "positive" ? "negative" : "positive",
      })),
      "the poison",
    );
    const run = async (held: Table) => {
      const task = textClassification({ text: "text", label: "mood" });
      const watched: typeof task = {
        ...task,
        read(splits) {
          const labelled = task.read(splits);
          return {
            ...labelled,
            examples(table, processor, how) {
              assert.notEqual(how.where, "the test data");
              assert.notEqual(table.numRows(), held.numRows());
              return labelled.examples(table, processor, how);
            },
          };
        },
      };
      const found = await model(base).data(train, watched, { test: held, validation: 0.25 })
        .search(space, { budget: { trials: 3 } }).run({ quiet: true });
      return timeless(found.history);
    };
    assert.deepEqual(await run(test), await run(poisoned));
  }));

Deno.test("a search after a plan keeps its scores and targets, and stands in plan files", () =>
  inFolder(async (folder) => {
    const [base, rows] = [await tinyModel(join(folder, "base")), join(folder, "rows.csv")];
    await writeTable(moods(40), rows);
    const search = model(base).data(rows, columns).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, checkpoints: join(folder, "checkpoints") }).evaluate({ right: accuracy })
      .deploy(onnx(join(folder, "onnx")))
      .search({ learningRate: float(1e-3, 1e-1, { log: true }), method: head() }, {
        budget: { trials: 1, minutes: 3 },
        constraints: { bytes: 1e9 },
        seed: 2,
      });
    const json = JSON.parse(JSON.stringify(search));
    assert.deepEqual(json.search, {
      space: {
        learningRate: { float: [1e-3, 1e-1], log: true },
        method: { name: "head" },
      },
      budget: { trials: 1, minutes: 3 },
      constraints: { bytes: 1e9 },
      seed: 2,
    });
    const again = SearchPlan.from(json);
    assert.deepEqual(again.toJSON(), search.toJSON());
    const found = await again.run({ quiet: true });
    // Trials write nothing of the plan.
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "base",
      "rows.csv",
    ]);
    const { metrics, deploy, method, train } = found.plan.toJSON();
    assert.deepEqual([metrics, deploy.length, method.name], [{ right: "accuracy" }, 1, "head"]);
    assert.equal(train.learningRate, found.best.suggestion.learningRate);
    assert.throws(
      () => SearchPlan.from({ ...json, search: { ...json.search, sampler: "tpee" } }),
      isMistake("input", 'there is no sampler "tpee" (did you mean "tpe"?)'),
    );
  }));

Deno.test("a search that makes no sense is refused in one error", () => {
  const stage = model("file:nowhere").data(moods(12), { text: "text", label: "mood" });
  assert.throws(
    () => stage.search({ learningRate: float(0.1, 1) }, { seed: -1 }),
    isMistake(
      "input",
      "seed is -1",
      "budget says when it ends",
      "method is missing",
      "a search chooses by validation rows",
    ),
  );
  const held = model("file:nowhere").data(moods(12), columns);
  const method = lora();
  const budget = { trials: 1 };
  assert.throws(
    () => held.search({ method, batchSize: int(0, 4) }, { budget: { trials: 0.5 } }),
    isMistake("input", "trials is 0.5"),
  );
  assert.throws(
    () => held.search({ method, batchSize: int(0, 4) }, { budget }),
    isMistake("input", "batchSize is 0, but must be a whole number above 0"),
  );
  assert.throws(
    () => held.search({ method }, { budget }),
    isMistake("input", "a search needs something that varies"),
  );
  assert.throws(
    () => held.search({ method, epochs: int(1, 2), ema: 0.9, swa: { from: 0.5 } }, { budget }),
    isMistake("input", "are two averages of the same parameters"),
  );
  assert.throws(
    () => held.search({ method, epochs: int(1, 2) }, { budget, pruner: wilcoxonPruner() }),
    isMistake("input", "pruner wilcoxon compares folds"),
  );
  assert.throws(
    () => held.search({ method, epochs: int(1, 2) }, { budget, metric: "acuracy" }),
    isMistake("input", '"accuracy"'),
  );
});

Deno.test("an earlier search is begun with, as far as it varied the same", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "earlier.sqlite");
    const earlier = await tinySearch(base, { file, budget: { trials: 3 } }).run({ quiet: true });
    const vary = { ...space, learningRate: float(1e-3, 1e-1, { log: true }), layers: int(1, 2) };
    const found = await tinySearch(base, { from: file, budget: { trials: 2 } }, { vary })
      .run({ quiet: true });
    const { layers, learningRate } = { layers: 2, ...earlier.best.suggestion };
    const [, second] = found.trials;
    const best = earlier.best.number === 0
      ? earlier.trials.slice(1).toSorted((a, b) => b.score! - a.score!)[0].suggestion
      : earlier.best.suggestion;
    assert.deepEqual(second.suggestion, { ...best, layers } as unknown);
    assert.ok(learningRate > 0);
    await assert.rejects(
      tinySearch(base, { from: { ...earlier.history, dimensions: [], trials: [] } })
        .run({ quiet: true }),
      isMistake("input", "they have nothing in common"),
    );
  }));
