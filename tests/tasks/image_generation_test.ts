import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  denoisingError,
  fid,
  full,
  type GeneratedImage,
  imageGeneration,
  kid,
  lora,
  merged,
  mixup,
  model,
  open,
  Plan,
  type Table,
  tableFromColumns,
  type TrainOptions,
  type TunebookError,
} from "tunebook";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { isMistake } from "../is_mistake.ts";
import { inNewFolder } from "../pipeline/in_new_folder.ts";
import { drawings, drawingTask, size } from "./image_generation/drawings.ts";

const quiet = { quiet: true } as const;

function planOn(rows: Table, settings: TrainOptions = {}) {
  return model("new:dit", size).data(rows, drawingTask(), { test: 8 }).adapt(full())
    .train({ epochs: 40, batchSize: 8, learningRate: 1e-2, ema: 0.95, ...settings });
}

async function displayOf(value: unknown): Promise<Record<string, string>> {
  return await (value as { [jupyterDisplay](): Promise<Record<string, string>> })
    [jupyterDisplay]();
}

async function shadeOf({ image }: GeneratedImage): Promise<number> {
  const { data } = await decodeImage(image, { where: "drawn" });
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

Deno.test("a tiny DiT learns to draw; samples and scores show it, and its folder draws alike", () =>
  inNewFolder(async () => {
    const result = await planOn(await drawings(), { checkpoints: "run" })
      .evaluate({ denoisingError, fid, kid }).deploy(merged("whole")).run(quiet);
    const { losses, scores, drawnSamples: samples } = result;
    const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
    assert.ok(
      mean(losses.slice(-10)) < 0.6 * mean(losses.slice(0, 3)),
      `${losses[0]} to ${mean(losses.slice(-10))}`,
    );
    assert.ok(scores.denoisingError < 0.9, `${scores.denoisingError}`);
    assert.ok(scores.fid > 0 && Number.isFinite(scores.kid));
    assert.match(
      result.signatures!.fid,
      /^features:npm:@vladmandic\/human.*\|generated:8\|real:8$/,
    );
    assert.equal(result.intervals.fid, undefined);

    assert.deepEqual(samples!.map(({ label, seed }) => [label, seed]), [
      ["dark", 1],
      ["light", 2],
      ["dark", 3],
      ["light", 4],
      ["dark", 5],
      ["light", 6],
    ]);
    // Forty epochs of two steps: after each fifth, but for the last.
    const [first] = samples!;
    assert.deepEqual(first.during.map(({ step }) => step), [10, 20, 30, 40, 50, 60, 70]);
    assert.notDeepEqual(first.before.image, first.after.image);
    const files = await Array.fromAsync(Deno.readDir(join("run", "samples")));
    assert.deepEqual(
      files.map(({ name }) => name).sort(),
      ["after.png", "before.png", ...[10, 20, 30, 40, 50, 60, 70].map((at) => `step-${at}.png`)],
    );
    const grid = await decodeImage(await Deno.readFile(join("run", "samples", "after.png")), {
      where: "after",
    });
    assert.deepEqual([grid.width, grid.height], [6 * 64 + 5 * 4, 64]);
    for (const shown of [result, samples!]) {
      const { "text/plain": text, "text/html": html } = await displayOf(shown);
      assert.match(text, /6 images of dark, light; drawn before, step 10, .*step 70, after/);
      assert.match(html, /<img src="data:image\/png;base64,[^"]+" alt="dark, before"/);
    }
    assert.match((await displayOf(result.predictions))["text/plain"], /8 held-out rows; the mean/);

    const requests = [{ label: "dark", seed: 3, steps: 25 }, { label: "light", seed: 3 }];
    const drawn = await result.predict(requests);
    assert.deepEqual(drawn[0], samples![2].after);
    assert.deepEqual(await result.predict(requests), drawn);
    const [dark, light] = await Promise.all(drawn.map(shadeOf));
    assert.ok(light > dark + 60, `${dark} and ${light}`);
    assert.match((await displayOf(drawn))["text/plain"], /2 images\n.*label +seed +pixels/s);
    await assert.rejects(
      result.predict(["dork", { label: "light", steps: -1 }]),
      isMistake("input", 'input 1: the model does not know the label "dork"', "input 2:", "steps"),
    );
    await result.dispose();

    const opened = await open("whole");
    assert.deepEqual((await opened.predict(requests))[1], drawn[1]);
    await opened.dispose();
  }));

Deno.test("a run that goes on has the same noise: losses to the same bits", () =>
  inNewFolder(async () => {
    const rows = await drawings(16);
    const settings = { epochs: 3, batchSize: 4, schedule: "constant", samples: 0 } as const;
    const whole = await planOn(rows, settings).run(quiet);
    assert.equal(whole.drawnSamples, undefined);
    const checkpoints = "run";
    const stop = new AbortController();
    const timer = setInterval(async () => {
      const files = await Array.fromAsync(Deno.readDir(checkpoints)).catch(() => []);
      if (files.some(({ name }) => name.endsWith(".safetensors"))) stop.abort();
    }, 2);
    await planOn(rows, { ...settings, checkpoints }).run({ ...quiet, signal: stop.signal })
      .catch((error: Error) => assert.match(error.message, /stopped after/));
    clearInterval(timer);
    const rest = await planOn(rows, { ...settings, checkpoints, resume: true }).run(quiet);
    assert.deepEqual(rest.losses, whole.losses);
    assert.equal(new Set(whole.losses).size, whole.losses.length);
  }));

Deno.test("a model without labels draws; adapters beside each other do not; a stop is one", () =>
  inNewFolder(async () => {
    const rows = await drawings(10);
    const task = imageGeneration({ image: "image" });
    const plain = await model("new:dit", size).data(rows, task, { test: 4 }).adapt(full())
      .train({ epochs: 1, samples: [{ steps: 2 }, { seed: 9, steps: 3 }] })
      .evaluate({ kid }).deploy(merged("plain")).run(quiet);
    assert.deepEqual(plain.drawnSamples!.map((each) => [each.label, each.seed]), [
      [undefined, 1],
      [undefined, 9],
    ]);
    assert.deepEqual(plain.drawnSamples![0].during, []);
    assert.ok(Number.isFinite(plain.scores.kid) && plain.intervals.kid);
    assert.match((await displayOf(plain.drawnSamples))["text/plain"], /2 images of any/);
    // Where there is no folder of checkpoints.
    const names = (await Array.fromAsync(Deno.readDir("plain-samples"))).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["after.png", "before.png"]);
    const [drawn] = await plain.predict([{ steps: 2 }]);
    assert.equal(drawn.label, undefined);
    await assert.rejects(plain.predict(["dark"]), isMistake("input", "ask with {}"));
    await plain.dispose();

    const tuned = await model("file:plain").data(rows, task, { test: 4 }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, samples: 1 }).deploy(adapter("adapter")).run(quiet);
    assert.equal(tuned.drawnSamples!.length, 1);
    await tuned.dispose();
    const base = await model("file:plain").open();
    await assert.rejects(
      base.attach({ one: "adapter" }),
      isMistake("unsupported", "no stack of blocks"),
    );
    await base.dispose();
    const alone = await open("adapter");
    assert.equal((await alone.predict([{ steps: 2 }])).length, 1);
    await alone.dispose();

    const stop = new AbortController();
    stop.abort();
    await assert.rejects(
      planOn(rows).run({ ...quiet, signal: stop.signal }),
      (error: TunebookError) => error.kind === "interrupted",
    );
  }));

Deno.test("samples that cannot be drawn are told before anything is trained", () =>
  inNewFolder(async () => {
    await assert.rejects(
      planOn(await drawings(12), { samples: ["dark", "lihgt", { steps: 0 }] }).run(quiet),
      isMistake("input", 'input 2: the model does not know the label "lihgt"', "input 3:"),
    );
  }));

Deno.test("options that make no sense, and rows that cannot be read, are one error each", async () => {
  assert.throws(
    () =>
      imageGeneration({
        image: "image",
        names: ["a", "b"],
        dropLabel: 1,
        minSnr: 0,
        steps: "normal" as never,
        augment: [mixup({ alpha: 1 })],
        colour: true,
      } as never),
    isMistake(
      "input",
      "names needs labels",
      "dropLabel is 1, but must be a number in [0, 1)",
      "minSnr",
      "steps",
      "a generator would draw mixtures",
      "colour",
    ),
  );
  assert.throws(
    () => imageGeneration({ image: "a", label: "a" }),
    isMistake("input", "image, label must be different columns"),
  );
  const rows = tableFromColumns({ image: [5, "a.png", null], kind: ["x", "y", "x"] });
  const start = () => model("new:dit", size).data(rows, drawingTask(), { test: rows });
  await assert.rejects(
    start().adapt(full()).train().run(quiet),
    isMistake("data", "row 1", "row 3"),
  );
});

Deno.test("a plan of a generator is JSON; features are for what is drawn", () => {
  const plan = model("new:dit", size)
    .data("drawings.csv", drawingTask({ minSnr: 5, steps: "logit-normal" }), { test: 0.2 })
    .adapt(full()).train({ samples: 2 })
    .evaluate({ denoisingError, kid }, { features: "file:trunk" });
  const json = JSON.parse(JSON.stringify(plan));
  assert.equal(json.features, "file:trunk");
  assert.deepEqual(JSON.parse(JSON.stringify(Plan.from(json))), json);
  assert.throws(
    () => Plan.from({ ...json, features: 3 }),
    isMistake("input", "features"),
  );
  assert.throws(
    () => Plan.from({ ...json, metrics: { accuracy: "accuracy" } }),
    isMistake("input", "accuracy does not score image-generation", "fid"),
  );
});
