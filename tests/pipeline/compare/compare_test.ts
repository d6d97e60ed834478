import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adalora,
  ComparePlan,
  confusionMatrix,
  head,
  ia3,
  lora,
  type Method,
  model,
  promptTuning,
  type RunOptions,
  writeTable,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { runApart, writeSplits } from "../../../lib/pipeline/compare/run_apart.ts";
import { trainSettings } from "../../../lib/train/train_options.ts";
import { assertSelfContained } from "../../core/self_contained.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const columns = { text: "text", label: "mood", test: 0.25 };
const quiet: RunOptions = { quiet: true };

/** A comparison's stage with a tiny model. */
const start = async (folder: string) =>
  model(await tinyModel(join(folder, "base"))).data(moods(80), columns);

Deno.test("compares methods over seeds on the same rows", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const plan = stage.compare({ lora: lora({ rank: 2 }), head: head() }, {
      metric: accuracy,
      seeds: 2,
      budget: { epochs: 2 },
      memory: false,
    });
    const result = await plan.run(quiet);
    assert.equal(result.stopped, false);
    assert.deepEqual(result.examples, { train: 60, test: 20 });
    assert.deepEqual(result.rows.map(({ name }) => name).sort(), ["head", "lora"]);
    for (const row of result.rows) {
      const { score, runs } = row;
      assert.deepEqual(runs.map(({ seed }) => seed), [1, 2]);
      const mean = (runs[0].score + runs[1].score) / 2;
      const half = 12.706 * Math.abs(runs[0].score - runs[1].score) / 2;
      assert.ok(Math.abs(score!.mean - mean) < 1e-12);
      const high = Math.min(1, mean + half);
      assert.ok(Math.abs(score!.high - high) < 1e-9, `${score!.high} ${mean} ${half}`);
      assert.equal(score!.over, "seeds");
      assert.equal(runs[0].losses.length, 8);
      assert.equal(row.peakBytes, undefined);
    }
    assert.equal(result.best, result.rows[0]);
    assert.ok(result.rows[0].score!.mean >= result.rows[1].score!.mean);
    const [a, b] = ["lora", "head"].map((name) => result.rows.find((row) => row.name === name)!);
    assert.ok(a.trainedParameters! > b.trainedParameters!);
    assert.ok(a.savedBytes! > b.trainedParameters! * 4);

    const single = await stage.adapt(lora({ rank: 2 })).train({ epochs: 2, seed: 2 })
      .evaluate({ accuracy }).run(quiet);
    assert.deepEqual(a.runs[1].losses, single.losses, "the same run as a plan's");
    assert.equal(a.runs[1].score, single.scores.accuracy);
    await single.dispose();

    assert.match(String(result), /method +accuracy +95 % interval/);
    const shown = await (result as unknown as Record<symbol, () => Promise<MimeBundle>>)
      [jupyterDisplay]();
    assert.match(shown["text/html"]!, /<table[^]*lora[^]*<img/);
    assert.match(String(result.chart()), /accuracy of 2 methods with 95 % intervals/);
    assert.match(String(result.chart({ scoreName: "准确率" })), /^准确率 of 2 methods/);
  }));

Deno.test("one seed: bootstrap over rows, and memory of a process of its own", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const options = { seeds: 1, budget: { epochs: 1 } } as const;
    const apart = await stage.compare({ ia3: ia3() }, options).run(quiet);
    const here = await stage.compare({ ia3: ia3() }, { ...options, memory: false }).run(quiet);
    const [row] = apart.rows;
    assert.ok(row.peakBytes! > 20e6 && row.peakBytes! < 4e9, `${row.peakBytes} bytes`);
    assert.deepEqual(row.runs[0].losses, here.rows[0].runs[0].losses);
    assert.deepEqual(row.score, here.rows[0].score);
    const { mean, low, high, over } = row.score!;
    assert.equal(over, "rows");
    assert.ok(low <= mean && mean <= high && low < high, `${low} ${mean} ${high}`);
    assert.match(String(apart), /peak memory: of the first run in a process of its own/);
  }));

Deno.test("minutes are shared out, and a method that fails is told", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    const options = { seeds: 1, memory: false } as const;
    const timed = await stage.compare({ a: lora({ rank: 2 }), b: head() }, {
      ...options,
      budget: { minutes: 0.1 },
    }).run(quiet);
    for (const { epochs, runs } of timed.rows) {
      assert.ok(epochs > 0 && epochs <= 20, `${epochs} epochs`);
      assert.equal(runs[0].losses.length, Math.ceil(4 * epochs));
    }
    const result = await stage.compare({ short: adalora({ interval: 100 }), head: head() }, {
      ...options,
      budget: { epochs: 0.5 },
    }).run(quiet);
    assert.equal(result.best?.name, "head");
    const failed = result.rows[1];
    assert.equal(failed.score, undefined);
    assert.match(failed.failure!, /step/);
    assert.match(String(result), /short failed: /);
  }));

/** A method whose hook does what it should not. */
const broken = (message: string): Method => ({
  method: "broken",
  settings: {},
  attach: () => ({
    parameters: [],
    trains: () => false,
    output() {
      throw new RangeError(message);
    },
  }),
});

Deno.test("whatever a method throws, the others go on; where all fail it is an error", () =>
  inFolder(async (folder) => {
    const stage = await start(folder);
    for (const budget of [{ epochs: 1 }, { minutes: 0.05 }]) {
      const options = { seeds: 2, budget, memory: false };
      const result = await stage.compare({ bad: broken("no way"), head: head() }, options)
        .run(quiet);
      assert.deepEqual(result.rows.map(({ name }) => name), ["head", "bad"]);
      assert.ok(result.rows[0].runs.length > 0);
      assert.match(result.rows[1].failure!, /no way/);
      assert.match(String(result), /bad +failed[^]*bad failed: .*no way/);
      const all = stage.compare({ a: broken("first"), b: broken("second") }, options);
      await assert.rejects(all.run(quiet), isMistake("device", "every method", "first", "second"));
    }
    const alone = stage.compare({ a: broken("alone") }, { seeds: 1, memory: false });
    await assert.rejects(alone.run(quiet), /^RangeError: alone/);
  }));

Deno.test("a run in a process of its own tells its steps", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const table = moods(40);
    await using files = await writeSplits({ train: table, test: table }, ["text", "mood"]);
    const steps: number[] = [];
    const request = {
      plan: { model: base },
      task: { name: "text-classification", settings: { text: "text", label: "mood" } },
      files: files.files,
      method: { name: "head", settings: {} },
      settings: trainSettings({ epochs: 2 }),
    };
    const figures = await runApart(request, {
      onStep({ step, totalSteps }) {
        steps.push(step);
        assert.equal(totalSteps, 6);
      },
    });
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 6]);
    assert.equal(figures.losses.length, 6);
    const wrong = runApart({ ...request, settings: undefined as never });
    await assert.rejects(
      wrong,
      isMistake("device", "ended with code 1", "memory: false", "apart.ts"),
    );
  }));

Deno.test("a stopped comparison keeps what is finished", () =>
  inFolder(async (folder) => {
    const plan = (await start(folder)).compare({ a: head(), b: lora({ rank: 2 }) }, {
      seeds: 2,
      budget: { epochs: 1 },
      memory: false,
    });
    const controller = new AbortController();
    const shown: { text: string; update: boolean }[] = [];
    const result = await plan.run({
      signal: controller.signal,
      notebook: {
        show(bundle, { update }) {
          const text = assertSelfContained(bundle) && bundle["text/plain"];
          shown.push({ text, update });
          if (text.includes("1 of 4 runs done")) controller.abort();
          return Promise.resolve();
        },
      },
    });
    assert.equal(result.stopped, true);
    assert.deepEqual(result.rows.map(({ runs }) => runs.length), [1, 0]);
    assert.equal(result.best?.name, "a");
    assert.match(String(result), /stopped before the end/);
    assert.deepEqual(shown.map(({ update }) => update), shown.map((_, at) => at > 0));
    assert.match(shown[0].text, /^0 of 4 runs done · now a, seed 1: starting/);
    assert.match(shown.at(-1)!.text, /^2 methods, .*stopped before the end/);
    await assert.rejects(
      plan.run({ ...quiet, signal: AbortSignal.abort() }),
      isMistake("interrupted"),
    );
  }));

Deno.test("is data until it runs", () =>
  inFolder(async (folder) => {
    const file = join(folder, "rows.csv");
    await writeTable(moods(12), file);
    const stage = model("hf:org/name").data(file, columns);
    const plan = stage.compare({ lora: lora({ rank: 2 }), prompt: promptTuning({ tokens: 3 }) }, {
      metric: accuracy,
      seeds: 2,
      budget: { minutes: 3 },
      train: { batchSize: 4 },
    });
    const json = JSON.parse(JSON.stringify(plan));
    const again = ComparePlan.from(json);
    assert.deepEqual(again.toJSON(), json);
    assert.equal(String(again), String(plan));
    assert.ok(Object.isFrozen(plan) && Object.isFrozen(plan.spec));
    assert.throws(
      () =>
        stage.compare({}, {
          metric: confusionMatrix as never,
          seeds: 0,
          budget: { epochs: -1 },
          train: { learningRate: 1 } as never,
        }),
      isMistake("input", "no method", "confusionMatrix", "seeds is 0", "budget is", "learningRate"),
    );
    assert.throws(() => ComparePlan.from({ ...json, compare: {} }), isMistake("input", "methods"));
  }));
