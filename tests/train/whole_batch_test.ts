import assert from "node:assert/strict";
import { adalora } from "../../lib/adapters/adalora.ts";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import { tf } from "../../lib/engine/mod.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { isMistake } from "../is_mistake.ts";
import { together } from "./together.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** Sums of float32 in another order. */
const tolerance = 1e-5;

function assertSame(found: ToyResult, wanted: ToyResult, name: string): void {
  found.losses.forEach((loss, step) => {
    const apart = Math.abs(loss - wanted.losses[step]);
    assert.ok(apart < tolerance, `${name}, step ${step}: ${loss}, not ${wanted.losses[step]}`);
  });
  for (const [path, values] of found.values) {
    // A bias of keys moves no attention weight: its gradient is rounding alone, and Adam takes a step
    // of whole size along its sign.
    if (path.endsWith("key.bias")) continue;
    values.forEach((value, at) =>
      assert.ok(Math.abs(value - wanted.values.get(path)![at]) < 20 * tolerance, `${name}: ${path}`)
    );
  }
}

const whole = (objective: Objective): Objective => ({ ...objective, acrossBatch: true });

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`a loss that adds up is the same in two runs of each micro-batch on ${device}`, async () => {
    const methods: Record<string, ToyRunOptions> = {
      lora: { method: lora({ rank: 2, dropout: 0.3 }), model: { dropout: 0.3, layers: 2 } },
      full: { method: full(), model: { dropout: 0.2 }, settings: { learningRate: 1e-3 } },
      // Its penalty is one of the parameters alone.
      adalora: { method: adalora({ initialRank: 3, targetRank: 2 }) },
    };
    for (const [name, options] of Object.entries(methods)) {
      const settings = { accumulate: 3, epochs: 2, ...options.settings };
      const wanted = await runToy({ device, ...options, settings });
      const found = await runToy({ device, ...options, settings, objective: whole });
      assertSame(found, wanted, name);
    }
  });
}

Deno.test("in float16 such a loss is float32's, and its gradients are scaled and scaled back", async () => {
  const run = (precision: "float32" | "float16") =>
    runToy({
      method: full(),
      model: { layers: 2 },
      settings: { accumulate: 3, learningRate: 1e-3 },
      objective: whole,
      context: { device: onnxRuntime("cpu", undefined, { precision }) },
    });
  const [wanted, found] = [await run("float32"), await run("float16")];
  assert.deepEqual(found.lossScale?.skipped, []);
  found.losses.forEach((loss, step) => {
    const apart = Math.abs(loss - wanted.losses[step]);
    assert.ok(apart < 1e-3, `step ${step}: ${loss}, not ${wanted.losses[step]}`);
  });
});

Deno.test("a loss across the batch is the same in micro-batches as in one", async () => {
  /** log Σ exp of the rows' losses: each depends on all others. */
  const across = (objective: Objective): Objective => ({
    ...objective,
    acrossBatch: true,
    loss(outputs, { targets, normaliser }) {
      const losses = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(outputs)), -1));
      return tf.div(tf.logSumExp(losses), normaliser);
    },
  });
  const run = (settings: ToyRunOptions["settings"], objective = across) =>
    runToy({ method: full(), objective, settings: { learningRate: 1e-3, epochs: 3, ...settings } });
  const one = await run({ batchSize: 12 });
  const parts = await run({ batchSize: 4, accumulate: 3 });
  assertSame(parts, one, "micro-batches");
  const checkpointed = await run({ batchSize: 4, accumulate: 3, gradientCheckpointing: true });
  assertSame(checkpointed, one, "checkpointed blocks");
  const shared = { method: full(), objective: across };
  for (const size of [2, 3]) {
    const settings = { learningRate: 1e-3, epochs: 3, batchSize: 12 };
    const processes = await together(size, { ...shared, settings });
    for (const each of processes) assertSame(each, one, `${size} processes`);
  }
  // Without it the micro-batches do not know of each other.
  const alone = await run({ batchSize: 4, accumulate: 3 }, (objective) => ({
    ...across(objective),
    acrossBatch: false,
  }));
  assert.ok(Math.abs(alone.losses[0] - one.losses[0]) > 0.01);
});

Deno.test("frozen layers that are kept are run once for both", async () => {
  const method = lora({ rank: 2, targets: ".*layer\\.1\\..*(query|value)" });
  const options: ToyRunOptions = { method, model: { layers: 2 } };
  const settings = { accumulate: 2, epochs: 3 };
  const wanted = await runToy({ ...options, settings });
  assertSame(await runToy({ ...options, settings, objective: whole }), wanted, "kept layers");
});

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`targets may depend on what the model gives on ${device}`, async () => {
    const step: ToyRunOptions["settings"] = { epochs: 2, learningRate: 1e-3 };
    const run = (objective: ToyRunOptions["objective"], settings = step) =>
      runToy({ device, method: full(), objective, settings });
    /** Drawn to one above of what it is: the gradient is −2 everywhere. */
    const above = (objective: Objective): Objective => ({
      ...objective,
      readsOutputs: true,
      loss: (outputs, { targets, normaliser }) =>
        tf.div(tf.sum(tf.square(tf.sub(outputs, targets))), normaliser),
      targetsOf(rows, normaliser, about) {
        const { outputs } = about!;
        const data = (outputs!.data as Float32Array).map((value) => value + 1);
        return {
          ...objective.targetsOf(rows, normaliser, about),
          targets: { shape: outputs!.shape, data },
        };
      },
    });
    const wanted = await run((objective) => ({
      ...objective,
      loss: (outputs, { normaliser }) => tf.div(tf.mul(tf.sum(outputs), -2), normaliser),
    }));
    const found = await run(above);
    for (const loss of found.losses) {
      assert.ok(Math.abs(loss - found.losses[0]) < tolerance && loss > 0.5, `${loss}`);
    }
    const valuesOnly = { ...wanted, losses: found.losses };
    assertSame(found, valuesOnly, "one batch");
    const parts = await run(above, { ...step, batchSize: 2, accumulate: 4 });
    const whole = await run(above, { ...step, batchSize: 8 });
    assertSame(parts, whole, "micro-batches");
    const settings = { ...step, batchSize: 8 };
    const processes = await together(2, { device, method: full(), objective: above, settings });
    for (const each of processes) assertSame(each, whole, "processes");
  });
}

Deno.test("a loss with parameters cannot read outputs", async () => {
  await assert.rejects(
    runToy({
      objective: (objective) => ({
        ...objective,
        readsOutputs: true,
        parameters: [{ name: "own", shape: [1], decay: false, initial: () => new Float32Array(1) }],
      }),
    }),
    isMistake("unsupported", "depend on the model's outputs"),
  );
});
