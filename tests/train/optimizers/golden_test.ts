import assert from "node:assert/strict";
import { type Device, openDevice, type StateTensor } from "../../../lib/engine/mod.ts";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { decayed, undecayed } from "../../../lib/nn/trained.ts";
import { gradients } from "../../../lib/train/gradient_program.ts";
import { keptVectors } from "../../../lib/train/initial_state.ts";
import { createOptimizer } from "../../../lib/train/optimizer.ts";
import { optimizerNames } from "../../../lib/train/optimizers/mod.ts";
import { type TrainOptions, trainSettings } from "../../../lib/train/train_options.ts";
import golden from "../../golden/optimizers.json" with { type: "json" };
import { largestDifference } from "../../models/golden.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;
const tensors: readonly StateTensor[] = Object.entries(golden.shapes).map(([name, shape]) => ({
  name,
  shape,
  group: shape.length > 1 ? decayed : undecayed,
}));
const floats = (numbers: Numbers) =>
  new Map(Object.entries(numbers).map(([name, each]) => [name, Float32Array.from(each)]));

for (const { name, settings: options, learningRate, after } of golden.cases) {
  for (const deviceName of ["cpu", "tfjs:cpu"]) {
    Deno.test(`fifty steps are those of ${name} on ${deviceName}`, async () => {
      const settings = trainSettings(options as TrainOptions);
      const device: Device = await openDevice(deviceName);
      const state = device.createState(tensors, [...keptVectors(settings), gradients]);
      const optimizer = await createOptimizer(device, state, settings);
      await state.write(parameters, floats(golden.start));
      const steps = golden.gradients.length;
      for (const [i, found] of golden.gradients.entries()) {
        await state.write(gradients, floats(found));
        await optimizer.add(true);
        const groups = [decayed, undecayed].map((group) => ({
          group,
          step: i + 1,
          learningRate: learningRate * (1 - i / steps),
          weightDecay: group === decayed ? settings.weightDecay : 0,
        }));
        await optimizer.step(groups);
        const wanted: Numbers | undefined = (after as Record<string, Numbers>)[i + 1];
        if (!wanted) continue;
        const present = await state.read(parameters);
        for (const [tensor, numbers] of Object.entries(wanted)) {
          // Parameters of up to 3 with a float32 rounding of 1e-7 of each in every step.
          const off = largestDifference(present.get(tensor)!, numbers);
          assert.ok(off < 3e-6, `${tensor} is off by ${off} after ${i + 1} steps`);
        }
      }
      await optimizer.dispose();
      state.dispose();
    });
  }
}

Deno.test("every optimizer has a golden case", () => {
  const covered = new Set(golden.cases.map(({ settings }) => settings.optimizer));
  assert.deepEqual([...covered].sort(), [...optimizerNames].sort());
});
