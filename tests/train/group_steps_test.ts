import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { layersBelowHead } from "../../lib/nn/layer_depth.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { groupOf, groupSettings, trainedTensors } from "../../lib/nn/trained.ts";
import { groupSchedule } from "../../lib/train/group_steps.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { toyModel } from "../nn/toy.ts";
import { runToy } from "./toy_run.ts";

const layers = 3;
const plan = { stepsPerEpoch: 10, totalSteps: 60 };
const constant: TrainOptions = { schedule: "constant", warmup: 0, learningRate: 1 };
const model = toyModel({ layers });
const tensors = trainedTensors(model, attachTo(model, full()), { byLayer: true });

/** Layers below the head → the learning rate in a step. */
function learningRates(options: TrainOptions, step: number): Record<number, number> {
  const schedule = groupSchedule({ tensors }, trainSettings({ ...constant, ...options }), plan);
  return Object.fromEntries(
    schedule(step).map(({ group, learningRate }) => [
      groupSettings(group).layersBelowHead!,
      learningRate,
    ]),
  );
}

Deno.test("a group's name says how it is updated", () => {
  for (const decay of [true, false]) {
    for (const learningRateScale of [1, 16, 0.1]) {
      for (const settings of [{}, { layersBelowHead: 0 }, { layersBelowHead: 12 }]) {
        const all = { decay, learningRateScale, ...settings };
        assert.deepEqual(groupSettings(groupOf(all)), all);
      }
    }
  }
});

Deno.test("layers are counted down from the head", () => {
  const depths: Record<string, number> = {
    "classifier.weight": 0,
    "prompt": 0,
    "encoder.layer.2.output.dense.bias": 1,
    "encoder.layer.0.attention.self.query.lora_A": 3,
    "embeddings.word_embeddings.weight": 4,
    "embeddings.LayerNorm.weight": 4,
  };
  for (const [path, depth] of Object.entries(depths)) {
    assert.equal(layersBelowHead(model, path), depth, path);
  }
  const { stack: _, ...family } = model.family;
  assert.throws(
    () => layersBelowHead({ ...model, family }, "classifier.weight"),
    (error) => error instanceof TunebookError && error.kind === "unsupported",
  );
});

Deno.test("a layer's learning rate falls with its depth, as for BEiT and ELECTRA", () => {
  assert.deepEqual(learningRates({ layerDecay: 0.5 }, 7), {
    0: 1,
    1: 0.5,
    2: 0.25,
    3: 0.125,
    4: 0.0625,
  });
});

Deno.test("layer decay multiplies what a method says of its tensors", () => {
  const adapter = attachTo(model, lora({ rank: 2, rateRatio: 16 }));
  const slots = trainedTensors(model, adapter, { byLayer: true });
  const settings = trainSettings({ ...constant, layerDecay: 0.5 });
  const steps = groupSchedule({ tensors: slots }, settings, plan)(0);
  const { group } = slots.find(({ name }) => /layer\.2\..*lora_B/.test(name))!;
  assert.equal(steps.find((each) => each.group === group)?.learningRate, 8);
});

Deno.test("one more layer joins at each epoch", () => {
  const joined = (step: number) => Object.keys(learningRates({ unfreeze: "gradual" }, step)).length;
  assert.deepEqual([0, 9, 10, 19, 20, 30, 39, 40, 59].map(joined), [1, 1, 2, 2, 3, 4, 4, 5, 5]);
});

Deno.test("layers join evenly over a share of the steps", () => {
  const joined = (step: number) => Object.keys(learningRates({ unfreeze: 0.5 }, step)).length;
  assert.deepEqual([0, 7, 8, 14, 15, 22, 23, 29, 30].map(joined), [1, 1, 2, 2, 3, 3, 4, 4, 5]);
});

Deno.test("a layer that joins counts its own steps, so that its moments are corrected", () => {
  const schedule = groupSchedule(
    { tensors },
    trainSettings({ ...constant, unfreeze: "gradual" }),
    plan,
  );
  const own = schedule(12).map(({ group, step }) => [groupSettings(group).layersBelowHead, step]);
  assert.deepEqual(Object.fromEntries(own), { 0: 13, 1: 3 });
});

Deno.test("a layer that waits keeps its bits, and the others train as if it were frozen", async () => {
  // Six steps an epoch; in the first one only the head trains.
  const on = toyModel({ modelType: "distilbert", layers: 2 });
  const settings = { epochs: 1, unfreeze: "gradual" as const, cacheFrozen: false };
  const norms: number[][] = [[], []];
  const run = (method: typeof full, at: number) =>
    runToy({
      on,
      method: method(),
      settings: { ...settings, ...(at ? { unfreeze: undefined } : {}) } as TrainOptions,
      context: { onStep: ({ gradientNorm }) => norms[at].push(gradientNorm) },
    });
  const { values, losses } = await run(full, 0);
  const frozen = await run(head, 1);
  for (const [path, numbers] of values) {
    if (!frozen.values.has(path)) assert.deepEqual(numbers, on.weights.get(path), path);
  }
  for (const [path, numbers] of frozen.values) {
    const other = values.get(path)!;
    numbers.forEach((each, i) => assert.ok(Math.abs(each - other[i]) < 1e-5, `${path}[${i}]`));
  }
  losses.forEach((loss, i) => assert.ok(Math.abs(loss - frozen.losses[i]) < 1e-5));
  norms[0].forEach((norm, i) => assert.ok(Math.abs(norm / norms[1][i] - 1) < 1e-4));
});

Deno.test("without either setting the groups are those of weight decay alone", () => {
  const groups = new Set(
    trainedTensors(model, attachTo(model, lora())).map(({ group }) => group),
  );
  assert.deepEqual([...groups].sort(), ["decayed", "undecayed"]);
});
