import assert from "node:assert/strict";
import { join } from "node:path";
import {
  choice,
  cmaEs,
  gridSearch,
  head,
  medianPruner,
  model,
  nsga2,
  type SearchedSettings,
  SearchPlan,
  writeTable,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";
import { columns, tinySearch } from "./tiny_search.ts";

/** Two sizes of the model; the learning rate of 1e-9 leaves the head as it began. */
const vary = {
  method: head(),
  layers: choice(2, 1),
  learningRate: choice(1e-1, 1e-9),
  epochs: 2,
  batchSize: 8,
} as const;

/** `tinySearch` types what it varies by itself. */
const settingsOf = ({ suggestion }: { readonly suggestion: SearchedSettings }) => suggestion;

Deno.test("a search by costs gives its front, a plan of each trial on it, and the one of the rule", () =>
  inFolder(async (folder) => {
    const search = tinySearch(await tinyModel(folder), {
      sampler: gridSearch(),
      budget: {},
      costs: ["bytes", "latency"],
      rule: { within: 1, least: "bytes" },
    }, { vary });
    assert.match(
      String(search),
      /costs +bytes, ms for one row\nchosen +the least bytes within 1 of the best score/,
    );
    const found = await search.run({ quiet: true });
    const { trials, front, best, chosen, plan, history } = found;
    assert.deepEqual(history.better, ["higher", "lower", "lower"]);
    for (const { number, score, figures: { bytes, latency } } of trials) {
      assert.deepEqual(history.trials[number].values, [score, bytes, latency]);
      assert.ok(latency > 0);
    }
    // Read off the values by the definition of a front.
    const valuesOf = (each: { number: number }) => {
      const [score, ...costs] = history.trials[each.number].values!;
      return [-score, ...costs];
    };
    const isBeaten = (one: { number: number }) =>
      trials.some((other) =>
        valuesOf(other).every((value, at) => value <= valuesOf(one)[at]) &&
        valuesOf(other).some((value, at) => value < valuesOf(one)[at])
      );
    assert.deepEqual(
      front.map(({ number }) => number),
      trials.filter((each) => !isBeaten(each)).map(({ number }) => number),
    );
    assert.equal(best.score, Math.max(...trials.map(({ score }) => score!)));
    // All scores are within 1 of the best: the one layer wins.
    assert.equal(settingsOf(chosen).layers, 1);
    assert.equal(chosen.figures.bytes, Math.min(...trials.map(({ figures }) => figures.bytes)));
    assert.equal(plan, chosen.plan);
    for (const each of front) {
      const { spec } = each.plan;
      assert.equal(spec.layers, settingsOf(each).layers);
      assert.equal(spec.train.learningRate, settingsOf(each).learningRate);
    }
    assert.match(String(found), /validation accuracy +bytes +ms for one row +front/);
    assert.match(String(found), / chosen /);
  }));

Deno.test("nsga2 follows score and costs", () =>
  inFolder(async (folder) => {
    const found = await tinySearch(await tinyModel(folder), {
      sampler: nsga2({ population: 2 }),
      budget: { trials: 4 },
      costs: ["parameters"],
    }, { vary: { ...vary, epochs: 1 } }).run({ quiet: true });
    // A generation of two by chance, after it their children.
    assert.deepEqual(found.trials.map(({ state }) => state), Array(4).fill("complete"));
    assert.ok(found.front.length > 0);
    assert.equal(found.chosen, found.best);
  }));

Deno.test("costs stand in plan files and in a search's file", () =>
  inFolder(async (folder) => {
    const [base, rows] = [await tinyModel(join(folder, "base")), join(folder, "rows.csv")];
    await writeTable(moods(40), rows);
    const options = { budget: { trials: 1 }, file: join(folder, "search.sqlite") };
    const search = (costs: readonly ["bytes"] | readonly ["memory"]) =>
      model(base).data(rows, columns).search(vary, {
        ...options,
        costs,
        rule: { within: 0.02, least: costs[0] },
      });
    const json = JSON.parse(JSON.stringify(search(["bytes"])));
    assert.deepEqual(json.search.costs, ["bytes"]);
    assert.deepEqual(json.search.rule, { within: 0.02, least: "bytes" });
    const again = SearchPlan.from(json);
    assert.deepEqual(again.toJSON(), search(["bytes"]).toJSON());
    await again.run({ quiet: true });
    await assert.rejects(
      search(["memory"]).run({ quiet: true }),
      isMistake("input", "costs differs"),
    );
  }));

Deno.test("costs that make no sense are refused in one error", () => {
  const held = model("file:nowhere").data(moods(12), columns);
  assert.throws(
    () =>
      held.search(vary, {
        budget: { trials: 1 },
        costs: ["bytes", "bytes"],
        pruner: medianPruner(),
        rule: { within: -1, least: "bytes" },
      }),
    isMistake(
      "input",
      'costs is ["bytes","bytes"], but must be a list of some of parameters',
      "within is -1",
      "pruner stops trials by their score alone",
    ),
  );
  assert.throws(
    () => held.search(vary, { budget: { trials: 1 }, rule: { within: 0, least: "bytes" } }),
    isMistake("input", "rule looks for the least bytes, which is not among the costs"),
  );
  assert.throws(
    () => held.search(vary, { budget: { trials: 1 }, costs: ["bytes"], sampler: cmaEs() }),
    isMistake("input", "cmaEs follows one aim, but this search has 2"),
  );
});
