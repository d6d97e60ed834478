import assert from "node:assert/strict";
import {
  adapter,
  choice,
  float,
  gridSearch,
  head,
  int,
  lora,
  merged,
  type Method,
  model,
  type Pruner,
  type TrackedRun,
  type Tracker,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";
import { columns, tinySearch } from "./tiny_search.ts";

/** Ends all but the first two trials at their first score. */
const strict: Pruner = {
  name: "strict",
  settings: {},
  shouldPrune: (_history, number) => number > 1,
};

/** A method that cannot be attached. */
const broken: Method = {
  ...head(),
  method: "broken",
  attach() {
    throw new Error("it is broken");
  },
};

Deno.test("pruned trials end early and say why", () =>
  inFolder(async (folder) => {
    const search = tinySearch(await tinyModel(folder), { pruner: strict, budget: { trials: 3 } });
    const { trials, history } = await search.run({ quiet: true });
    assert.deepEqual(trials.map(({ state }) => state), ["complete", "complete", "pruned"]);
    assert.equal(trials[2].reason, "its score after 1 epoch was not good enough");
    assert.equal(trials[2].figures.epochs, 1);
    // A trial reports by epochs.
    assert.deepEqual(history.trials.map(({ reports }) => reports.map(([epoch]) => epoch)), [
      [1, 2],
      [1, 2],
      [1],
    ]);
  }));

Deno.test("trials that fail are told with their reason, and the search goes on", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const vary = {
      method: choice(head(), broken, lora({ rank: 999 })),
      // One of the two has no momentum, so that the other comes first.
      optimizer: choice("adamw", "sgd"),
      momentum: 0.9,
      epochs: 1,
      batchSize: 16,
      learningRate: 1e-2,
    };
    const options = { sampler: gridSearch(), budget: {} };
    const { trials, best, notes } = await tinySearch(base, options, { vary }).run({ quiet: true });
    assert.equal(trials.length, 6);
    assert.equal(best.number, 0);
    assert.deepEqual(notes, ["there is nothing left to try"]);
    const reasons = trials.filter(({ state }) => state === "failed").map(({ reason }) => reason!);
    assert.equal(reasons.length, 5);
    assert.ok(reasons.some((each) => each === "it is broken"));
    assert.ok(reasons.some((each) => /rank/.test(each)));
    assert.ok(reasons.some((each) => /momentum/.test(each)));
    await assert.rejects(
      tinySearch(base, { budget: { trials: 2 } }, { vary: { method: broken, epochs: int(1, 2) } })
        .run({ quiet: true }),
      isMistake("input", "no trial came to its end (2 trials were run)", "2 trials: it is broken"),
    );
  }));

Deno.test("a training that diverges is a trial that failed", () =>
  inFolder(async (folder) => {
    const vary = {
      method: lora({ rank: 2 }),
      learningRate: choice(1e-2, 1e30),
      maxGradientNorm: 1e30,
      epochs: 1,
      batchSize: 8,
    };
    const { trials } = await tinySearch(await tinyModel(folder), { sampler: gridSearch() }, {
      vary,
    })
      .run({ quiet: true });
    assert.deepEqual(trials.map(({ state }) => state), ["complete", "failed"]);
    assert.match(trials[1].reason!, /not finite|NaN|Infinity/);
  }));

Deno.test("what is too large is not trained, and what is too slow is not chosen", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const vary = { method: head(), layers: choice(2, 1), epochs: 1, batchSize: 16 };
    const run = (constraints: object) =>
      tinySearch(base, { sampler: gridSearch(), constraints }, { vary }).run({ quiet: true });
    const whole = (await run({ latency: 1e6 })).trials;
    assert.ok(whole.every(({ figures }) => figures.latency > 0));
    const [large, small] = whole.map(({ figures }) => figures);
    for (const name of ["parameters", "bytes", "memory"] as const) {
      const { trials, best } = await run({ [name]: (large[name] + small[name]) / 2 });
      assert.deepEqual(trials.map(({ state }) => state), ["failed", "complete"], name);
      assert.equal(trials[0].figures.steps, undefined);
      assert.match(trials[0].reason!, /, more than /);
      assert.equal((best.suggestion as { layers?: number }).layers, 1);
    }
    await assert.rejects(
      run({ latency: 1e-6 }),
      isMistake("input", "no trial came to its end", "ms for one row, more than 0.000001 ms"),
    );
  }));

Deno.test("shares of heads and of the width may vary, and sizes follow", () =>
  inFolder(async (folder) => {
    const vary = {
      method: head(),
      heads: choice(1, 0.5),
      feedForward: choice(1, 0.5),
      epochs: 1,
      batchSize: 16,
    };
    const options = { sampler: gridSearch(), budget: { trials: 4 } };
    const { trials, plan } = await tinySearch(await tinyModel(folder), options, { vary })
      .run({ quiet: true });
    assert.deepEqual(trials.map(({ state }) => state), Array(4).fill("complete"));
    const parametersOf = (heads: number, feedForward: number) =>
      trials.find(({ suggestion }) => {
        const said = suggestion as unknown as { heads: number; feedForward: number };
        return said.heads === heads && said.feedForward === feedForward;
      })!.figures.parameters;
    const [whole, fewHeads] = [parametersOf(1, 1), parametersOf(0.5, 1)];
    const [narrow, both] = [parametersOf(1, 0.5), parametersOf(0.5, 0.5)];
    assert.ok(fewHeads < whole && narrow < whole);
    assert.equal(whole - both, (whole - fewHeads) + (whole - narrow));
    const { heads, feedForward } = plan.spec;
    assert.ok([1, 0.5].includes(heads!) && [1, 0.5].includes(feedForward!));
  }));

Deno.test("epochs and steps of all trials are counted", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    for (
      const [budget, words] of [[{ epochs: 5 }, "5 epochs"], [{ steps: 19 }, "19 steps"]] as const
    ) {
      const { trials, notes } = await tinySearch(base, { budget }).run({ quiet: true });
      assert.deepEqual(trials.map(({ state }) => state), ["complete", "complete", "pruned"]);
      const over = `the ${words} of the search were over`;
      assert.deepEqual([trials[2].reason, ...notes], [over, over]);
    }
  }));

Deno.test("a search ends with its minutes, in a trial under way", () =>
  inFolder(async (folder) => {
    const vary = { method: head(), epochs: choice(1, 1e6) };
    const options = { budget: { minutes: 0.1 }, sampler: gridSearch() };
    const { trials, notes } = await tinySearch(await tinyModel(folder), options, { vary })
      .run({ quiet: true });
    assert.deepEqual(trials.map(({ state }) => state), ["complete", "pruned"]);
    assert.equal(trials[1].reason, "the 0.1 minutes of the search were over");
    assert.deepEqual(notes, [trials[1].reason]);
  }));

Deno.test("trackers follow each trial as a run", () =>
  inFolder(async (folder) => {
    const runs: string[] = [];
    const tracker: Tracker = {
      name: "a list",
      begin: ({ name, settings }: TrackedRun) => {
        runs.push(`${name}: ${settings["method.name"]}`);
        return Promise.resolve();
      },
      log: () => Promise.resolve(),
      end: (how) => {
        runs.push(how);
        return Promise.resolve();
      },
    };
    await tinySearch(await tinyModel(folder), { pruner: strict, budget: { trials: 3 } })
      .run({ quiet: true, trackers: [tracker], name: "moods" });
    assert.match(runs[0], /^moods, trial 0: lora$/);
    assert.deepEqual(runs.filter((_, at) => at % 2 === 1), ["finished", "finished", "stopped"]);
  }));

Deno.test("a search in which nothing comes to its end stops early and says why", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const vary = { method: broken, learningRate: float(1e-3, 1e-1) };
    const many = { budget: { trials: 30 } };
    await assert.rejects(
      tinySearch(base, many, { vary }).run({ quiet: true }),
      isMistake(
        "input",
        "(5 trials failed one after the other, and none came to its end)",
        "5 trials: it is broken",
      ),
    );
    // Reasons that differ leave it more time, and one that came to its end most.
    let attached = 0;
    const counted = (isGood: (at: number) => boolean): Method => ({
      ...head(),
      attach(...about) {
        if (isGood(attached++)) return head().attach(...about);
        throw new Error(`it is broken ${"a".repeat(attached)}`);
      },
    });
    const failing = (method: Method) =>
      tinySearch(base, many, { vary: { ...vary, method, epochs: 1, batchSize: 32 } });
    await assert.rejects(
      failing(counted(() => false)).run({ quiet: true }),
      isMistake("input", "(10 trials failed one after the other"),
    );
    attached = 0;
    const { trials, notes } = await failing(counted((at) => at === 6)).run({ quiet: true });
    assert.equal(trials.length, 7 + 20);
    assert.deepEqual(notes, ["20 trials failed one after the other"]);
  }));

Deno.test("what cannot be deployed is told before the first trial, for every value", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(`${folder}/base`);
    const plan = model(base).data(moods(48), columns).adapt(lora()).train({ epochs: 1 })
      .deploy(adapter(`${folder}/adapter`), merged(`${folder}/merged`));
    const vary = { method: choice({ name: "lora", rank: int(2, 4) }, head(), { name: "bitfit" }) };
    await assert.rejects(
      plan.search(vary, { budget: { trials: 2 } }).run({
        quiet: true,
        trackers: [{
          name: "nobody",
          begin: () => assert.fail(),
          log: () => assert.fail(),
          end: () => assert.fail(),
        }],
      }),
      isMistake("unsupported", /method head: adapter\(.*PEFT/),
    );
    await Deno.mkdir(`${folder}/merged`);
    await Deno.writeTextFile(`${folder}/merged/letter.txt`, "mine");
    await assert.rejects(
      plan.search({ learningRate: float(1e-3, 1e-1) }, { budget: { trials: 2 } })
        .run({ quiet: true }),
      isMistake("output", "holds letter.txt"),
    );
  }));
