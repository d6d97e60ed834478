import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { batchFeeds } from "../../lib/data/feeds.ts";
import { fullestRow } from "../../lib/data/pack.ts";
import { families } from "../../lib/models/mod.ts";
import { choosePacking, layoutCost } from "../../lib/train/packing.ts";
import { planSteps } from "../../lib/train/step_plan.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { paddedLayout } from "../../lib/text/batch_layout.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { prompt } from "../adapters/toy_adapters.ts";
import { toyExamples } from "../nn/packed_run.ts";
import { type TextRows, toyModel, toyTargets } from "../nn/toy.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const uneven = Array.from({ length: 22 }, (_, i) => i % 4 === 0 ? 12 : 2 + i % 3);
const even = Array.from({ length: 22 }, () => 6);
const topOnly = lora({ rank: 2, targets: ".*layer\\.1\\..*(query|value|q_lin|v_lin)" });

function rowsOf(lengths: readonly number[], usesTypes: boolean): TextRows {
  const examples = toyExamples(lengths);
  return {
    lengths,
    feedsOf: (rows) => batchFeeds(examples, rows, { padId: 0, usesTypes }),
    packedFeedsOf: (rows, layout) => batchFeeds(examples, rows, { padId: 0, usesTypes, layout }),
  };
}

function run(packing: TrainOptions["packing"], options: ToyRunOptions = {}, lengths = uneven) {
  const model = toyModel({ layers: 2, ...options.model });
  const rows = rowsOf(lengths, model.family.usesTypes ?? false);
  return runToy({
    method: full(),
    ...options,
    on: model,
    around: () => rows,
    targets: toyTargets(rows),
    settings: { order: "shuffled", learningRate: 1e-3, ...options.settings, packing },
  });
}

function choose(
  packing: TrainOptions["packing"],
  lengths: readonly number[],
  { keptLayers = 0, headName = "classification" } = {},
) {
  const model = { ...toyModel({ layers: 2 }), headRequest: { name: headName, outputs: 3 } };
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: new Float32Array(66),
  });
  const adapter = attachTo(model, lora({ rank: 2 }));
  const trainable = { model, adapter, objective };
  const settings = trainSettings({ packing, order: "shuffled" });
  const plan = planSteps(lengths, settings);
  const choice = choosePacking(trainable, rowsOf(lengths, true), settings, plan, keptLayers);
  return { ...choice, plan, trainable };
}

const classifying = families.filter(({ decoder, heads, input }) =>
  !decoder && heads.classification && input === "text"
);
for (const { modelType } of classifying) {
  Deno.test(`whole runs of ${modelType} end alike, packed and padded`, async () => {
    const packed = await run(true, { model: { modelType } });
    const padded = await run(false, { model: { modelType } });
    assert.match(packed.packing, /^on, as asked: about [1-9]\d* % fewer tokens/);
    assert.equal(padded.packing, "off, as asked");
    packed.losses.forEach((loss, step) => {
      assert.ok(Math.abs(loss - padded.losses[step]) < 1e-4, `step ${step}: ${loss}`);
    });
  });
}

Deno.test("kept frozen layers are packed too", async () => {
  const settings = { epochs: 3, accumulate: 2 };
  const packed = await run(true, { method: topOnly, settings });
  const padded = await run(false, { method: topOnly, settings });
  const anew = await run(true, { method: topOnly, settings: { ...settings, cacheFrozen: false } });
  for (const other of [padded, anew]) {
    packed.losses.forEach((loss, step) => {
      assert.ok(Math.abs(loss - other.losses[step]) < 1e-4, `step ${step}: ${loss}`);
    });
  }
});

Deno.test("auto packs uneven batches and leaves even ones alone", () => {
  const packs = choose("auto", uneven);
  assert.match(packs.reason, /^on: about \d+ % fewer tokens and \d+ % less work$/);
  const cost = layoutCost(packs.trainable);
  for (const batch of packs.plan.microBatchesOf(0)) {
    const layout = packs.layoutOf!(batch);
    const padded = paddedLayout(Array.from(batch, (row) => uneven[row]));
    assert.ok(layout.rows < padded.rows);
    assert.ok(cost(layout.rows, layout.length, fullestRow(layout)) < cost(16, 12, 1));
  }
  const pads = choose("auto", even);
  assert.equal(pads.layoutOf, undefined);
  assert.equal(pads.reason, "off: it would save 0 % of the work");
});

Deno.test("layers that are kept count for nothing", () => {
  // Of a last layer that reads one position of each text, packing saves next to nothing.
  assert.match(choose("auto", uneven, { keptLayers: 1 }).reason, /^off: it would save \d %/);
  assert.match(choose("auto", uneven, { keptLayers: 1, headName: "tokens" }).reason, /^on/);
  const { trainable } = choose("auto", uneven);
  const [all, above] = [layoutCost(trainable), layoutCost(trainable, 1)];
  const oneLayer = layoutCost(
    { model: { ...trainable.model, headRequest: { name: "tokens", outputs: 3 } } },
    1,
  );
  assert.equal(all(4, 6, 2), above(4, 6, 2) + oneLayer(4, 6, 2));
});

Deno.test("rows that can only be padded, virtual tokens and kept first positions are not packed", async () => {
  const model = toyModel({ layers: 2 });
  const attached = prompt(model);
  assert.match((await run("auto", { attached })).packing, /^off: the method puts virtual tokens/);
  await assert.rejects(run(true, { attached }), {
    name: "TunebookError",
    kind: "input",
    message: /^packing is true, but the method puts virtual tokens before each text/,
  });
  assert.match((await run("auto", { method: head() })).packing, /^off: all layers are frozen/);
  await assert.rejects(run(true, { method: head() }), /packing is true, but all layers are frozen/);
  assert.equal((await runToy()).packing, "off: the rows can only be fed padded");
  await assert.rejects(runToy({ settings: { packing: true } }), /can only be fed padded/);
});
