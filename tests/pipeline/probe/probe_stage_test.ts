import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  direction,
  full,
  head,
  imageClassification,
  imageFolder,
  imageInvariance,
  invariance,
  lora,
  minimumFunctionality,
  model,
  open,
  Plan,
  rises,
  type RunResult,
  select,
  textClassification,
  textGeneration,
  type TunebookError,
  typos,
} from "tunebook";
import { readCommandLine } from "../../../lib/cli/flags.ts";
import { helpFor } from "../../../lib/cli/help.ts";
import { planOfFlags } from "../../../lib/cli/plan_of_flags.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { modelCard } from "../../../lib/deploy/hub/model_card.ts";
import { unpublished } from "../../../lib/pipeline/run/probe_stage.ts";
import type { TrackedRun, Tracker } from "../../../lib/track/tracker.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const columns = { text: "text", label: "mood" };
const quiet = { quiet: true };
const plain = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train();
const praise = minimumFunctionality("praise", {
  texts: ["the film was great", "a lovely place"],
  expect: "positive",
});
/** The right label is another one, so that any model fails one of them. */
const blame = minimumFunctionality("blame", { texts: ["the film was great"], expect: "negative" });

Deno.test("a plan keeps its probes across stages, in words and in JSON", () => {
  const plan = plain.probe({ typos: { maxChange: 0.05 } }).evaluate({ accuracy })
    .probe({ letterCase: { maxChange: 0.1, options: { to: "upper" }, rows: 20 } });
  assert.match(String(plan), /^probe +typos \(may change 5 %\), letterCase \(may change 10 %\)$/m);
  const again = Plan.from(JSON.parse(JSON.stringify(plan)));
  assert.deepEqual(again.toJSON(), plan.toJSON());
  assert.deepEqual(again.toJSON().probe, {
    typos: { maxChange: 0.05 },
    letterCase: { maxChange: 0.1, options: { to: "upper" }, rows: 20 },
  });
  assert.equal("probe" in plain.toJSON(), false);
  assert.ok(Object.isFrozen(plan.spec.probes!.named));
  assert.throws(
    () => plain.probe([praise]).toJSON(),
    isMistake("input", "the behavioural test praise, which has functions", "maxChange"),
  );
});

Deno.test("probes that make no sense are refused all at once, wherever they stand", () => {
  assert.throws(
    () => plain.probe({ typo: { maxChange: 2 }, spaces: { maxChange: 0, options: { by: 1 } } }),
    isMistake(
      "input",
      "typo: maxChange is 2",
      'did you mean "typos"',
      "spaces",
      "takes no options",
    ),
  );
  assert.throws(
    () =>
      plain.probe({ typos: { maxChange: 0, options: { count: 0 } }, negation: { maxChange: 0 } }),
    isMistake("input", "typos: count is 0", "negation changes what a text says"),
  );
  assert.throws(
    () => plain.probe(typos() as never),
    isMistake("input", "perturbations by name", ".probe("),
  );
  assert.throws(() => plain.probe([typos()] as never), isMistake("input", "probe takes tests"));
  assert.throws(() => plain.probe([]), isMistake("input", "an empty list"));
  const json = { ...plain.toJSON(), probe: { typos: {}, gaussianNoise: { maxChange: 0 } } };
  assert.throws(() => Plan.from(json), isMistake("input", "probe: typos: maxChange is"));
  assert.throws(
    () => Plan.from({ ...json, probe: { gaussianNoise: { maxChange: 0 } } }),
    isMistake("input", "gaussianNoise is no perturbation of texts"),
  );
  const early = model("hf:org/name").data("moods.csv", columns) as unknown as typeof plain;
  assert.throws(() => early.probe([praise]), isMistake("input", "no .probe()", "follows .train()"));
});

Deno.test("probes of other tasks and of candidates are refused before anything is read", async () => {
  const refused = async (run: Promise<unknown>, ...words: string[]) =>
    await assert.rejects(run, isMistake("input", ...words));
  const next = model("hf:org/name").data("a.csv", textGeneration({ text: "text" })).adapt(lora());
  await refused(
    next.train().probe([praise]).run(quiet),
    "single texts or images",
    "text-generation",
  );
  const pairs = textClassification({ text: "a", pair: "b", label: "c" });
  const paired = model("hf:org/name").data("a.csv", pairs).adapt(lora()).train();
  await refused(paired.probe([praise]).run(quiet), "pairs of texts");
  await refused(select({ plan: plain.probe([praise]) }), "probe(selection.result, tests)");
});

Deno.test("flags name perturbations", () => {
  const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();
  assert.deepEqual(planOf("--probe", "typos=0.05,letterCase=0.1").probe, {
    typos: { maxChange: 0.05 },
    letterCase: { maxChange: 0.1 },
  });
  assert.throws(() => planOf("--probe", "typos"), isMistake("input", "--probe has typos without"));
  assert.throws(
    () => planOf("--probe", "typo=0"),
    isMistake("input", "--probe: typo: there is no"),
  );
  assert.match(helpFor(undefined), /--probe LIST/);
});

/** Remembers what it is told. */
function remembering(): Tracker & { values: Record<string, number>; ended?: string } {
  const tracker = {
    name: "memory",
    values: {} as Record<string, number>,
    ended: undefined as string | undefined,
    begin: (_: TrackedRun) => Promise.resolve(),
    log: ({ values }: { values: Readonly<Record<string, number>> }) => {
      Object.assign(tracker.values, values);
      return Promise.resolve();
    },
    end: (how: string) => {
      tracker.ended = how;
      return Promise.resolve();
    },
  };
  return tracker as never;
}

Deno.test("a failed test ends the run, and nothing is lost", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "tiny"));
    const [out, checkpoints] = [join(folder, "out"), join(folder, "checkpoints")];
    const plan = model(reference).data(moods(60), { ...columns, test: 20 })
      .adapt(lora({ rank: 2 })).train({ epochs: 1, batchSize: 8, checkpoints })
      .evaluate({ accuracy })
      .probe({ letterCase: { maxChange: 0, options: { to: "upper" } } })
      .probe([praise, blame])
      .deploy(adapter(out));
    const tracker = remembering();
    const failed = await plan.run({ ...quiet, trackers: [tracker] }).then(
      () => assert.fail("the run passed"),
      (error: TunebookError) => error,
    );
    assert.equal(failed.kind, "behaviour");
    assert.match(failed.message, /(praise|blame): \d of \d cases, and 0 of them may/);
    assert.ok(failed.message.includes(out) && failed.message.includes(checkpoints));
    assert.equal(tracker.ended, "failed");
    assert.ok("test/accuracy" in tracker.values && tracker.values["probe/letterCase"] === 0);
    const result = failed.cause as RunResult<{ accuracy: number }>;
    assert.ok(result.scores.accuracy >= 0);
    // The tokenizer makes all letters small, so that capitals change nothing.
    const rates = Object.fromEntries(result.probes!.tests.map(({ name, rate }) => [name, rate]));
    assert.equal(rates.letterCase, 0);
    assert.match(String(result), /behaviour\n +\d of 3 tests failed[\s\S]*letterCase/);
    const bundle = await (result as unknown as Displayed)[jupyterDisplay]();
    assert.match(bundle["text/html"] as string, /Behaviour[\s\S]*tests failed/);
    await result.dispose();
    const card = JSON.parse(await Deno.readTextFile(join(out, "tunebook_card.json")));
    assert.match(card.facts["behavioural tests"], /of 3 failed: .*cases, and 0 of them may/);
    const opened = await open(out);
    assert.equal((await opened.predict(["the film was great"])).length, 1);
    await opened.dispose();
    assert.ok((await Array.fromAsync(Deno.readDir(checkpoints))).length > 0);
  }));

Deno.test("tests that pass stand in the result; tests that cannot ask are refused before the training", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "tiny"));
    const plan = model(reference).data(moods(40), { ...columns, test: 10 })
      .adapt(head()).train({ epochs: 1, batchSize: 8 });
    const result = await plan.probe([
      invariance("typos", { texts: ["a lovely place"], perturb: typos(), mostFailures: 1 }),
    ]).run(quiet);
    assert.equal(result.probes!.passed, true);
    await result.dispose();
    const grey = { width: 2, height: 2, channels: 3, data: new Uint8Array(12) } as const;
    const noise = { name: "noise", apply: () => grey };
    const steps: number[] = [];
    const tracker = {
      ...remembering(),
      log: ({ step }: { step: number }) => void steps.push(step),
    };
    const unfit = plan.probe({ swapNames: { maxChange: 0 } })
      .probe([imageInvariance("noise", { images: [grey], perturb: noise })])
      .probe([praise]).probe([praise])
      .probe([minimumFunctionality("capital", { texts: ["good"], expect: "Positive" })])
      .probe([direction("up", { texts: ["good"], perturb: typos(), expect: rises("good") })]);
    await assert.rejects(
      unfit.run({ ...quiet, trackers: [tracker as never] }),
      isMistake(
        "input",
        "swapNames: nothing has what it changes",
        "noise: asks images",
        "praise: two tests have this name",
        'capital: there is no label "Positive" (did you mean "positive"?)',
        'up: there is no label "good"; the model gives negative, positive',
      ),
    );
    assert.deepEqual(steps, []);
  }));

Deno.test("a model that fails is not published; the card of one that is says what was tested", () => {
  const publish = () => Promise.resolve({});
  const targets = [{ name: "hub", folder: "out", publish }];
  const spec = { targets } as never as Parameters<typeof unpublished>[0];
  assert.equal("publish" in unpublished(spec, { passed: false }).targets[0], false);
  assert.equal(unpublished(spec, { passed: true }), spec);
  assert.equal(unpublished(spec, undefined), spec);
  const card = modelCard(
    "org/name",
    {
      trainable: { model: { reference: "hf:org/base" } },
      task: { labels: [], task: { name: "x" }, signature: { pipeline: "text-classification" } },
    } as never,
    { files: [], rows: 1, largestDifference: 0, tolerance: 1 } as never,
    {
      ...{ examples: 1, method: { name: "lora", settings: {} }, train: {} },
      ...{ scores: {}, intervals: {} },
      probes: [{
        ...{ name: "typos", kind: "invariance", cases: 50, rate: 0.02, low: 0.0035, high: 0.105 },
        ...{ mostFailures: 0.05, passed: true },
      }],
    },
    { form: "merged" },
  );
  assert.match(
    card,
    /## Behavioural tests[\s\S]*\| typos \| invariance \| 50 \| 0\.02 \| .*passed/,
  );
});

Deno.test("perturbed images are asked and shown", () =>
  inFolder(async (folder) => {
    const encode = await pngEncoder();
    const side = 16;
    for (const [name, channel] of [["red", 0], ["blue", 2]] as const) {
      await Deno.mkdir(join(folder, "images", name), { recursive: true });
      for (let at = 0; at < 8; at++) {
        const data = Uint8Array.from(
          { length: side * side * 3 },
          (_, place) => place % 3 === channel ? 150 + 8 * at : 40,
        );
        const png = encode({ width: side, height: side, channels: 3, data });
        await Deno.writeFile(join(folder, "images", name, `${at}.png`), png);
      }
    }
    const rows = await imageFolder(join(folder, "images"));
    const task = imageClassification({ image: "image", label: "label" });
    const size = { hiddenSize: 16, layers: 1, heads: 2, imageSize: side, patchSize: 8 } as const;
    const result = await model("new:vit", size).data(rows, task, { test: 0.5 })
      .adapt(full()).train({ epochs: 1, batchSize: 8 })
      .probe({
        gaussianNoise: { maxChange: 1, options: { severity: 5 } },
        contrast: { maxChange: 1, rows: 3 },
      })
      .run(quiet);
    const [noise, contrast] = result.probes!.tests;
    assert.equal(noise.cases, 8);
    assert.equal(contrast.cases, 3);
    await result.dispose();
  }));
