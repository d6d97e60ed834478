import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { tf } from "../../lib/engine/mod.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const scale = "loss.scale";

/** A loss that learns what to multiply the outputs with. */
const withScale = (objective: Objective): Objective => ({
  ...objective,
  parameters: [{
    name: scale,
    shape: [1],
    decay: false,
    initial: (random) => Float32Array.of(0.1 + 0.1 * random.uniform()),
  }],
  loss: (outputs, { [scale]: factor, ...feeds }) => objective.loss(tf.mul(outputs, factor), feeds),
});

const options: ToyRunOptions = { objective: withScale, settings: { learningRate: 0.05 } };

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`a loss trains its own parameters, and leaves them out of the result on ${device}`, async () => {
    // From 0 the model has no gradient before the factor has moved.
    const fromZero = (objective: Objective): Objective => {
      const { parameters: [own] = [], ...rest } = withScale(objective);
      return { ...rest, parameters: [{ ...own, initial: () => Float32Array.of(0) }] };
    };
    const { values, losses } = await runToy({ ...options, device, objective: fromZero });
    assert.ok(![...values.keys()].includes(scale));
    assert.ok(Math.abs(losses[0] - Math.log(3)) < 1e-6, `the first loss is ${losses[0]}`);
    assert.ok(losses.at(-1)! < losses[0] - 0.01, `the last loss is ${losses.at(-1)}`);
  });
}

Deno.test("averages, layers of their own rates, held word rows and packing keep to it", async () => {
  const settings: ToyRunOptions["settings"][] = [
    { ema: 0.9 },
    { layerDecay: 0.5 },
    { accumulate: 2 },
    { gradientCheckpointing: true },
    { optimizer: "adafactor" },
  ];
  for (const each of settings) {
    for (const method of [lora({ rank: 2 }), full()]) {
      const { values, losses } = await runToy({
        ...options,
        method,
        settings: { learningRate: 0.01, ...each },
      });
      assert.ok(![...values.keys()].includes(scale), JSON.stringify(each));
      assert.ok(losses.every(Number.isFinite), JSON.stringify(each));
    }
  }
});

Deno.test("a run that goes on has the loss's parameters where it left them", () =>
  inFolder(async (folder) => {
    const whole = await runToy({ ...options, settings: { ...options.settings, epochs: 2 } });
    const checkpoints = join(folder, "checkpoints");
    const controller = new AbortController();
    const kept = { ...options.settings, epochs: 2, checkpoints };
    const first = await runToy({
      ...options,
      settings: kept,
      context: {
        signal: controller.signal,
        onStep: ({ step }) => step === 5 && controller.abort(),
      },
    });
    assert.equal(first.stopped, "interrupted");
    const second = await runToy({ ...options, settings: { ...kept, resume: true } });
    assert.deepEqual(second.losses, whole.losses);
    assert.deepEqual(second.values, whole.values);
  }));

Deno.test("a loss of the whole step has no parameters", async () => {
  const across = (objective: Objective) => ({ ...withScale(objective), acrossBatch: true });
  await assert.rejects(
    runToy({ ...options, objective: across, settings: { accumulate: 2 } }),
    isMistake("unsupported", "parameters of its own"),
  );
});
