import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { LastGood } from "../../lib/train/divergence.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { occurringWords } from "../../lib/train/occurring_words.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { isMistake } from "../is_mistake.ts";
import { toyModel, toyRows } from "../nn/toy.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const table = "embeddings.word_embeddings.weight";
/** Both below and above the size from which gradients are summed in another way. */
const vocabularies = [100, 3000];
/** 2⁻²³: a float32's last place is at most this share of it. */
const lastPlace = 2 ** -23;

/** The same model, whose word table is always held whole. */
function heldWhole({ family, ...model }: Model): Model {
  const { wordTable: _, ...stack } = family.stack!;
  return { ...model, family: { ...family, stack } };
}

/** 22 rows in 6 steps an epoch: 54 steps. */
const fifty: ToyRunOptions = {
  method: full(),
  settings: { epochs: 9, learningRate: 1e-3, weightDecay: 0.1 },
};

/** The largest difference, as a share of the largest number. */
function apart(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  const largest = b.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return a.reduce((most, each, i) => Math.max(most, Math.abs(each - b[i])), 0) / largest;
}

for (const modelType of ["bert", "distilbert", "roberta", "xlm-roberta"]) {
  for (const vocabulary of vocabularies) {
    Deno.test(`${modelType} with ${vocabulary} words trains as with its whole table`, async () => {
      const on = toyModel({ modelType, vocabulary, dropout: 0.1 });
      const norms: number[][] = [[], []];
      const run = (model: Model, at: number) =>
        runToy({
          ...fifty,
          on: model,
          context: { onStep: ({ gradientNorm }) => norms[at].push(gradientNorm) },
        });
      const dense = await run(heldWhole(on), 0);
      const { losses, values } = await run(on, 1);
      assert.equal(losses.length, 54);
      losses.forEach((loss, i) => {
        assert.ok(Math.abs(loss / dense.losses[i] - 1) < 1e-6, `${i}: ${loss}`);
        assert.ok(Math.abs(norms[1][i] / norms[0][i] - 1) < 1e-5, `${i}: ${norms[1][i]}`);
      });
      assert.deepEqual([...values.keys()], [...dense.values.keys()]);
      for (const [path, numbers] of values) {
        // A key's bias has no influence: its gradient is rounding, which AdamW enlarges.
        if (/\.(key|k_lin)\.bias$/.test(path)) continue;
        const difference = apart(numbers, dense.values.get(path)!);
        assert.ok(difference < 1e-5, `${path} is ${difference} apart`);
      }
    });
  }
}

Deno.test("a row that never occurs decays as in the whole table, to its rounding", async () => {
  const on = toyModel({ vocabulary: 100 });
  const dense = (await runToy({ ...fifty, on: heldWhole(on) })).values.get(table)!;
  const found = (await runToy({ ...fifty, on })).values.get(table)!;
  const start = on.weights.get(table)!;
  for (let i = 19 * 8; i < found.length; i++) {
    assert.ok(Math.abs(found[i]) < Math.abs(start[i]), `${i} did not decay`);
    // The whole table is rounded in each of the 54 steps.
    assert.ok(Math.abs(found[i] - dense[i]) <= 54 * lastPlace * Math.abs(start[i]), String(i));
  }
  const still = { ...fifty, on, settings: { ...fifty.settings, weightDecay: 0 } };
  const kept = (await runToy(still)).values.get(table)!;
  assert.deepEqual(kept.subarray(19 * 8), start.subarray(19 * 8));
});

const variants: Readonly<Record<string, TrainOptions>> = {
  "lion": { optimizer: "lion", learningRate: 1e-4 },
  "an exponential average": { ema: 0.95 },
  "the mean of the last steps": { swa: { from: 0.6 } },
  "layers that learn more slowly": { layerDecay: 0.5 },
  "layers that join later": { unfreeze: 0.5, ema: 0.9 },
};

for (const [name, more] of Object.entries(variants)) {
  Deno.test(`a row that never occurs is as in the whole table: ${name}`, async () => {
    const on = toyModel({ vocabulary: 100 });
    const options = { ...fifty, settings: { ...fifty.settings, ...more } };
    const dense = (await runToy({ ...options, on: heldWhole(on) })).values.get(table)!;
    const found = (await runToy({ ...options, on })).values.get(table)!;
    const start = on.weights.get(table)!;
    for (let i = 19 * 8; i < found.length; i++) {
      assert.ok(Math.abs(found[i]) < Math.abs(start[i]), `${i} did not decay`);
      // The whole table and its average are rounded in each of the 54 steps.
      assert.ok(Math.abs(found[i] - dense[i]) <= 108 * lastPlace * Math.abs(start[i]), String(i));
    }
  });
}

Deno.test("an optimizer that moves rows without a gradient in its own way holds the whole table", async () => {
  const model = toyModel({ vocabulary: 100 });
  const held = (optimizer: TrainOptions["optimizer"]) =>
    occurringWords(
      { model, adapter: attachTo(model, full()) },
      toyRows(22),
      trainSettings(optimizer ? { optimizer } : {}),
    );
  for (const optimizer of ["adamw", "lion", undefined] as const) {
    assert.ok(await held(optimizer));
  }
  for (const optimizer of ["adafactor", "sgd"] as const) {
    assert.equal(await held(optimizer), undefined);
  }
});

Deno.test("a checkpoint from before only these rows were held is refused with what to do", () =>
  inFolder(async (checkpoints) => {
    const on = toyModel({ vocabulary: 100 });
    const settings = { ...fifty.settings, epochs: 1, checkpoints };
    const context = { fingerprint: { model: "toy", mentioned: "then only" } };
    await runToy({ ...fifty, on: heldWhole(on), settings, context });
    const resumed = (model: string) =>
      runToy({
        ...fifty,
        on,
        settings: { ...settings, resume: true },
        context: { fingerprint: { model, since: "now only" } },
      });
    await assert.rejects(
      resumed("toy"),
      isMistake("input", checkpoints, "earlier version", "all 100 rows", "without resume"),
    );
    await assert.rejects(
      resumed("other"),
      isMistake("input", "another run", "model", "800 numbers then"),
    );
  }));

Deno.test("twenty runs give the same bits", async () => {
  const on = toyModel({ vocabulary: 3000, width: 64, dropout: 0.1 });
  // Threads that could add in another order, whatever `TUNEBOOK_THREADS` says.
  const context = { device: onnxRuntime("cpu", undefined, { threads: 2 }) };
  const run = () => runToy({ ...fifty, on, settings: { ...fifty.settings, epochs: 1 }, context });
  const first = await run();
  for (let repeat = 1; repeat < 20; repeat++) {
    const { losses, values } = await run();
    assert.deepEqual(losses, first.losses);
    assert.deepEqual(values, first.values);
  }
});

for (const device of ["tfjs:cpu", "tfjs:webgpu", "webgpu"]) {
  const isThere = await openDevice(device).then(() => true, () => false);
  Deno.test({
    name: `a table held in part trains on ${device} as on the cpu`,
    ignore: !isThere,
    async fn() {
      const options = {
        ...fifty,
        on: toyModel({ vocabulary: 100 }),
        settings: { ...fifty.settings, epochs: 2, accumulate: 2 },
      };
      const wanted = await runToy(options);
      const { losses, values } = await runToy({ ...options, device });
      losses.forEach((loss, i) => assert.ok(Math.abs(loss / wanted.losses[i] - 1) < 1e-4));
      assert.ok(apart(values.get(table)!, wanted.values.get(table)!) < 1e-4);
    },
  });
}

Deno.test("validation sees the whole table, and the best one is kept", async () => {
  const seen: Float32Array[] = [];
  const { values, keptStep } = await runToy({
    ...fifty,
    on: toyModel({ vocabulary: 100 }),
    settings: { ...fifty.settings, epochs: 1, validateEvery: 1, keepBest: true },
    context: {
      async validate(state) {
        assert.deepEqual(state.tensors.find(({ name }) => name === table)?.shape, [100, 8]);
        seen.push((await state.read("parameters")).get(table)!);
        return { score: seen.length === 4 ? 1 : 0, better: "higher" };
      },
    },
  });
  assert.equal(keptStep, 4);
  assert.deepEqual(values.get(table), seen[3]);
  assert.notDeepEqual(values.get(table), seen[5]);
});

Deno.test("a checkpoint holds the rows that occur; a run that diverges gives the whole table", () =>
  inFolder(async (folder) => {
    const on = toyModel({ vocabulary: 100 });
    const settings = { checkpoints: folder, checkpointEvery: 1 };
    const error = await runToy({
      ...fifty,
      on,
      settings: { ...fifty.settings, ...settings, learningRate: 1e30, warmup: 0 },
    }).then(() => undefined, (error) => error);
    const { parameters } = error.cause as LastGood;
    assert.equal(parameters.get(table)!.length, 100 * 8);
    await runToy({ ...fifty, on, settings: { ...fifty.settings, ...settings, epochs: 1 } });
    const { vectors } = (await loadCheckpoint(folder))!;
    for (const vector of ["parameters", "firstMoment", "secondMoment"]) {
      // Ids 1 to 18 and the padding.
      assert.equal(vectors.get(vector)!.get(table)!.length, 19 * 8);
    }
  }));

Deno.test("a table is held whole where that is needed or does not pay", async () => {
  const rows = toyRows(22);
  const chosen = (vocabulary: number, adapter = full(), more = {}) => {
    const model = toyModel({ vocabulary });
    return occurringWords({ model, adapter: { ...attachTo(model, adapter), ...more } }, rows);
  };
  assert.deepEqual([...(await chosen(100))!.ids], [...Array(19).keys()]);
  assert.deepEqual([...(await chosen(100))!.places.slice(17, 21)], [17, 18, 19, 19]);
  assert.equal((await chosen(26))!.ids.length, 19);
  assert.equal(await chosen(25), undefined);
  for (const method of [lora(), head()]) assert.equal(await chosen(100, method), undefined);
  // The hooks of a method may read what it trains.
  assert.equal(await chosen(100, full(), { afterStep: () => undefined }), undefined);
});
