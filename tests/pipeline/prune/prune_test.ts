import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  full,
  lora,
  measureModels,
  merged,
  model,
  onnx,
  open,
  openWeights,
  promptTuning,
  prune,
  pruneGradually,
  type PruneOptions,
  quantizationSensitivity,
  tableFromColumns,
} from "tunebook";
import { type Displayed, jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { specFromJson } from "../../../lib/pipeline/plan_from_json.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const data = { text: "text", label: "mood", test: 0.25 } as const;
const rows = moods(32);

/** A trained model of two layers, each of four heads and a width of 64. */
async function trained(folder: string): Promise<string> {
  const whole = join(folder, "whole");
  const result = await model(await tinyModel(join(folder, "base"))).data(rows, data).adapt(full())
    .train({ epochs: 3, batchSize: 8, learningRate: 5e-3 }).evaluate({ accuracy })
    .deploy(merged(whole)).run({ quiet: true });
  await result.dispose();
  return whole;
}

async function shapesOf(folder: string): Promise<Record<string, readonly number[]>> {
  using weights = await openWeights(folder);
  return Object.fromEntries([...weights.tensors].map(([name, { shape }]) => [name, shape]));
}

function textOf(shown: unknown): string {
  return ((shown as Displayed)[jupyterDisplay]() as MimeBundle)["text/plain"];
}

const layer = "bert.encoder.layer.0";

Deno.test("matrices are smaller, the folder opens again, and it trains on to every target", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    const small = join(folder, "small");
    await prune(whole, { layers: 1, rows }).save(small);
    // What was pruned there before is replaced.
    const receipt = await prune(whole, { feedForward: 0.5, layers: 1, rows }).save(small);
    assert.deepEqual(receipt.layers, { before: 2, after: 1 });
    assert.deepEqual(receipt.feedForward, { before: 64, after: 32 });
    assert.equal(receipt.influence?.length, 2);
    assert.equal(receipt.transformersObstacle, undefined);
    assert.equal(receipt.rows, 32);
    const shapes = await shapesOf(small);
    assert.deepEqual(shapes[`${layer}.intermediate.dense.weight`], [32, 32]);
    assert.deepEqual(shapes[`${layer}.output.dense.weight`], [32, 32]);
    assert.ok(!Object.keys(shapes).some((name) => name.includes("layer.1.")));
    const config = JSON.parse(await Deno.readTextFile(join(small, "config.json")));
    assert.equal(config.intermediate_size, 32);
    assert.equal(config.num_hidden_layers, 1);
    assert.match(textOf(receipt), /feed-forward width +64 +32 +50.0 %/);
    const again = await model(receipt.reference).data(rows, data).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 }).evaluate({ accuracy })
      .deploy(merged(join(folder, "recovered")), onnx(join(folder, "onnx"))).run({ quiet: true });
    assert.equal(again.receipts.length, 2);
    await again.dispose();
  }));

Deno.test("heads of a BERT are fewer for tunebook and onnx, and merged says why not", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    for (const by of ["magnitude", "movement", "wanda", "taylor", "random"] as const) {
      const base = by === "movement" ? { base: join(folder, "base") } : {};
      const receipt = await prune(whole, { heads: 0.5, by, rows, ...base }).save(join(folder, by));
      assert.deepEqual(receipt.heads, { before: 4, after: 2 });
      assert.deepEqual(receipt.keptHeads?.map(({ length }) => length), [2, 2]);
      assert.match(receipt.transformersObstacle ?? "", /transformers cannot open this bert/);
    }
    const shapes = await shapesOf(join(folder, "taylor"));
    assert.deepEqual(shapes[`${layer}.attention.self.query.weight`], [16, 32]);
    assert.deepEqual(shapes[`${layer}.attention.output.dense.weight`], [32, 16]);
    const asked = await open(`file:${join(folder, "taylor")}`);
    assert.equal((await asked.predict(["a great film"])).length, 1);
    await asked.dispose();
    const plan = model(`file:${join(folder, "taylor")}`).data(rows, data).adapt(full())
      .train({ epochs: 0 }).evaluate({ accuracy });
    const result = await plan.deploy(onnx(join(folder, "onnx"))).run({ quiet: true });
    await result.dispose();
    await assert.rejects(
      plan.deploy(merged(join(folder, "merged"))).run({ quiet: true }),
      /in it every head has 16 numbers .* and here 8/,
    );
  }));

Deno.test("rounds follow the cubic schedule, and each is trained", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    const small = join(folder, "small");
    const options = { heads: 0.5, feedForward: 0.5, rows, rounds: 2 };
    const base = join(folder, "base");
    await pruneGradually(whole, { ...options, method: full(), by: "movement", base }).save(small);
    const receipt = await pruneGradually(whole, { ...options, method: lora({ rank: 2 }) })
      .save(small);
    assert.deepEqual(receipt.rounds?.map(({ heads }) => heads), [2, 2]); // 0.5625 of 4, then 0.5
    assert.deepEqual(receipt.feedForward, { before: 64, after: 32 });
    assert.ok(receipt.rounds!.every(({ score }) => score >= 0 && score <= 1));
    assert.match(textOf(receipt), /round 2: 2 heads, width 32, accuracy/);
    const written = JSON.parse(await Deno.readTextFile(join(small, "pruning.json")));
    assert.equal(written.model, whole);
    assert.deepEqual((await shapesOf(small))[`${layer}.output.dense.weight`], [32, 32]);
  }));

Deno.test("models stand side by side", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    const small = join(folder, "small");
    await prune(whole, { feedForward: 0.5 }).save(small);
    const measured = await measureModels({ whole, small }, {
      rows,
      metric: accuracy,
      timedRows: 3,
    });
    const [first, second] = measured.models;
    assert.ok(second.parameters < first.parameters && second.bytes < first.bytes);
    assert.ok(first.milliseconds > 0 && first.score.low <= first.score.mean);
    assert.match(textOf(measured), /whole .* 1.00 ×\nsmall /);
  }));

Deno.test("each layer is rounded alone, and onnx leaves in float32 what is suggested", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    const found = await quantizationSensitivity(whole, { rows, dtype: "q4", mostDrift: 0.8 });
    assert.equal(found.layers.length, 13); // six of each layer, and the pooler
    const drifts = found.layers.map(({ drift }) => drift);
    assert.deepEqual(drifts, drifts.toSorted((one, other) => other - one));
    assert.ok(drifts[0] > 0 && found.left.drift <= 0.8 * found.all.drift);
    assert.deepEqual(
      found.suggested,
      found.layers.slice(0, found.suggested.length).map(({ path }) => path),
    );
    const finer = await quantizationSensitivity(whole, { rows, dtype: "q8" });
    assert.ok(finer.all.drift < found.all.drift / 4, "eight bits drift less than four");
    const plan = model(`file:${whole}`).data(rows, data).adapt(full()).train({ epochs: 0 })
      .evaluate({ accuracy });
    const sizeWith = async (name: string, floatLayers?: readonly string[]) => {
      const target = onnx(join(folder, name), {
        ...{ dtypes: ["q4"], mostScoreLoss: 1, mostDrift: 10 },
        ...(floatLayers ? { floatLayers } : {}),
      });
      const result = await plan.deploy(target).run({ quiet: true });
      await result.dispose();
      return (await Deno.stat(join(folder, name, "onnx/model_q4.onnx"))).size;
    };
    const all = found.layers.map(({ path }) => path);
    assert.ok(await sizeWith("some", all) > await sizeWith("none"), "matrices are float32");
    await assert.rejects(sizeWith("other", ["encoder.layer.0.output.dens"]), /did you mean/);
  }));

Deno.test("what cannot be pruned says why", () =>
  inFolder(async (folder) => {
    const whole = await trained(folder);
    const saved = (options: PruneOptions) => prune(whole, options).save(join(folder, "small"));
    await assert.rejects(saved({ layers: [0, 2] }), /names layer 2, but the model has 2 layers/);
    await assert.rejects(saved({ layers: 3, rows }), /layers is 3, but the model has 2 layers/);
    await assert.rejects(saved({ heads: 0.5, rows: rows.slice(0, 0) }), /has no rows/);
    assert.throws(() => prune(whole, {}), /nothing is taken out/);
    assert.throws(() => prune(whole, { heads: 0.5, by: "wanda" }), /rows are missing: wanda/);
    const movement = { feedForward: 0.5, by: "movement" } as const;
    assert.throws(() => prune(whole, movement), /base is missing: movement/);
    assert.throws(() => prune(whole, { heads: 0.5, base: "out/base" }), /only by: "movement"/);
    await assert.rejects(saved({ ...movement, base: whole }), /feed-forward parts differs from/);
    await assert.rejects(saved({ ...movement, base: "tunebook:english" }), /base is a llama/);
    assert.throws(() => prune(whole, { layers: [1, 0] }), /each after the one before/);
    assert.throws(() => prune(whole, { heads: 1.5, layers: 0 }), /heads is 1.5[^]*layers/);
    assert.throws(
      () => pruneGradually(whole, { layers: 1, rows, method: lora() }),
      /layers alone are taken out at once/,
    );
    const gradual = { heads: 0.5, rows, method: promptTuning(), rounds: 1 };
    await assert.rejects(
      pruneGradually(whole, gradual).save(join(folder, "small")),
      isMistake("unsupported", "which prompt_tuning cannot; take lora() or full()"),
    );
    const base = join(folder, "base");
    await assert.rejects(
      pruneGradually(whole, { ...gradual, by: "movement", base }).save(base),
      isMistake("output", "would replace or change the base"),
    );
    const others = tableFromColumns({ text: ["a film"], mood: ["sad"] });
    await assert.rejects(saved({ heads: 0.5, rows: others }), /sad/);
  }));

Deno.test("a plan keeps shares of heads and width, as options of its model", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const plan = model(base, { heads: 0.5, feedForward: 0.25 }).data(rows, data).adapt(full())
      .train({ epochs: 1 }).evaluate({ accuracy }).deploy(onnx(join(folder, "onnx")));
    const result = await plan.run({ quiet: true });
    const whole = await model(base).data(rows, data).adapt(full()).train({ epochs: 0 })
      .evaluate({ accuracy }).run({ quiet: true });
    // Of each layer two heads of 8 numbers, 4 · 16 · 32 weights and 48 biases, and 32 inner numbers of 65 parameters.
    assert.equal(whole.totalParameters - result.totalParameters, 2 * (4 * 16 * 32 + 48 + 32 * 65));
    await result.dispose();
    await whole.dispose();
    const named = model(base, { heads: 0.5 }).data("sentiment", { text: "text", label: "class" })
      .adapt(lora()).train();
    assert.equal(named.toJSON().heads, 0.5);
    assert.equal(specFromJson(named.toJSON()).heads, 0.5);
    await assert.rejects(
      plan.deploy(adapter(join(folder, "adapter"))).run({ quiet: true }),
      /with heads and feedForward deploy merged/,
    );
    assert.throws(() => specFromJson({ ...named.toJSON(), heads: 2 }), /heads is 2/);
  }));
