import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import type { StepReport, TrainingRows } from "../../lib/train/train.ts";
import { toyModel } from "../nn/toy.ts";
import { runToy } from "./toy_run.ts";

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`a seed gives the same bits, another seed others, on ${device}`, async () => {
    const run = (seed: number) =>
      runToy({
        device,
        model: { dropout: 0.2 },
        method: lora({ rank: 2, dropout: 0.1 }),
        settings: { seed, epochs: 1 },
      });
    const first = await run(1);
    const second = await run(1);
    assert.deepEqual(second.losses, first.losses);
    assert.deepEqual(second.values, first.values);
    const other = await run(2);
    assert.notDeepEqual(other.losses, first.losses);
    assert.notDeepEqual(other.values, first.values);
  });
}

Deno.test("dropout is fresh in every step and in every part of one", async () => {
  // All rows in every step, and a rate that moves nothing: only dropout can change the loss.
  const still = { order: "sequential", learningRate: 1e-30, epochs: 3, warmup: 0 } as const;
  const lossesOf = async (dropout: number, more: object) =>
    (await runToy({ rows: 8, model: { dropout }, settings: { ...still, ...more } })).losses;
  for (const [dropout, different] of [[0.5, 3], [0, 1]]) {
    const losses = await lossesOf(dropout, { batchSize: 8 });
    assert.equal(new Set(losses).size, different, String(losses));
  }
  const rows = (count: number) => (all: TrainingRows): TrainingRows => ({
    lengths: Array(count).fill(all.lengths[0]),
    feedsOf: (numbers) => all.feedsOf(Array.from(numbers, () => 0)),
  });
  // Two parts with the same row: with the same noise their sum would be one part's loss.
  const common = { model: { dropout: 0.5 }, targets: new Float32Array(6).fill(1 / 3) };
  const settings = { ...still, epochs: 1, batchSize: 1 };
  const one = await runToy({ ...common, around: rows(1), settings });
  const two = await runToy({
    ...common,
    around: rows(2),
    settings: { ...settings, accumulate: 2 },
  });
  assert.notEqual(one.losses[0], two.losses[0]);
});

Deno.test("training lowers the loss", async () => {
  const { losses } = await runToy({
    method: full(),
    settings: { epochs: 20, learningRate: 5e-3 },
  });
  assert.ok(losses.at(-1)! < 0.3 * losses[0], `${losses[0]} → ${losses.at(-1)}`);
});

Deno.test("only what a method trains is trained", async () => {
  const model = toyModel();
  const paths = async (
    method: Parameters<typeof runToy>[0] & object,
  ) => [...(await runToy(method)).values.keys()].sort();
  assert.deepEqual(await paths({ method: head() }), ["classifier.bias", "classifier.weight"]);
  assert.deepEqual(await paths({ method: lora({ rank: 2, targets: ["query"] }) }), [
    "classifier.bias",
    "classifier.weight",
    "encoder.layer.0.attention.self.query.lora_A",
    "encoder.layer.0.attention.self.query.lora_B",
  ]);
  const all = await runToy({ method: full(), settings: { epochs: 1, learningRate: 1e-3 } });
  assert.deepEqual([...all.values.keys()].sort(), [...model.weights.keys()].sort());
  for (const [path, values] of all.values) {
    assert.notDeepEqual(values, model.weights.get(path), `${path} did not move`);
  }
});

Deno.test("training leaves the model's own numbers alone", async () => {
  const model = toyModel();
  const before = new Map([...model.weights].map(([path, values]) => [path, values.slice()]));
  await runToy({ on: model, method: full() });
  assert.deepEqual(model.weights, before);
});

Deno.test("no epochs leave the initial parameters", async () => {
  const { values, step, keptStep } = await runToy({ settings: { epochs: 0 } });
  assert.deepEqual([step, keptStep], [0, 0]);
  const model = toyModel();
  assert.deepEqual(values.get("classifier.weight"), model.weights.get("classifier.weight"));
});

Deno.test("each step is reported", async () => {
  const reports: StepReport[] = [];
  const { losses } = await runToy({ context: { onStep: (report) => reports.push(report) } });
  assert.deepEqual(reports.map(({ step }) => step), Array.from({ length: 12 }, (_, i) => i + 1));
  assert.deepEqual(reports.map(({ loss }) => loss), losses);
  assert.equal(reports[5].epoch, 1);
  assert.ok(reports.every(({ totalSteps, gradientNorm }) => totalSteps === 12 && gradientNorm > 0));
});

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`training with recomputed layers takes the same steps on ${device}`, async () => {
    const run = (gradientCheckpointing: boolean) =>
      runToy({
        device,
        model: { layers: 2, dropout: 0.2 },
        method: lora({ rank: 2, targets: ".*layer\\.1.*(query|value)" }),
        settings: { gradientCheckpointing, accumulate: 2 },
      });
    const [plain, recomputed] = [await run(false), await run(true)];
    recomputed.losses.forEach((loss, step) => {
      assert.ok(Math.abs(loss - plain.losses[step]) < 1e-6, `step ${step}: ${loss}`);
    });
    for (const [path, values] of plain.values) {
      recomputed.values.get(path)!.forEach((value, i) => {
        assert.ok(Math.abs(value - values[i]) < 1e-5, `${path}[${i}]`);
      });
    }
  });
}
