import assert from "node:assert/strict";
import { type Device, openDevice } from "../../lib/engine/mod.ts";
import { decayed, undecayed } from "../../lib/nn/trained.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { gradients } from "../../lib/train/gradient_program.ts";
import { accumulated, createOptimizer } from "../../lib/train/optimizer.ts";
import { moments } from "../../lib/train/optimizers/adamw.ts";
import type { GroupStep } from "../../lib/train/optimizers/optimizer_rule.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { largestDifference } from "../models/golden.ts";

const settings = trainSettings({
  weightDecay: 0.3,
  maxGradientNorm: 2,
  beta1: 0.8,
  beta2: 0.95,
  epsilon: 1e-6,
});
const slots = [
  { name: "matrix", shape: [2, 3], group: decayed },
  { name: "bias", shape: [3], group: undecayed },
  { name: "other", shape: [2, 2], group: decayed },
];
const learningRate = 0.05;
const groupsAt = (step: number): GroupStep[] => [
  { group: decayed, step, learningRate, weightDecay: settings.weightDecay },
  { group: undecayed, step, learningRate, weightDecay: 0 },
];

/** AdamW as its paper writes it, in double precision. */
function reference(starts: Map<string, number[]>, steps: Map<string, number[]>[]) {
  const values = new Map([...starts].map(([name, numbers]) => [name, [...numbers]]));
  const first = new Map([...starts].map(([name, numbers]) => [name, numbers.map(() => 0)]));
  const second = new Map([...starts].map(([name, numbers]) => [name, numbers.map(() => 0)]));
  const norms: number[] = [];
  steps.forEach((found, index) => {
    const t = index + 1;
    const norm = Math.sqrt([...found.values()].flat().reduce((sum, each) => sum + each ** 2, 0));
    norms.push(norm);
    const clip = Math.min(1, settings.maxGradientNorm / (norm + 1e-6));
    for (const { name, group } of slots) {
      const decay = group === decayed ? settings.weightDecay : 0;
      values.get(name)!.forEach((value, i) => {
        const g = found.get(name)![i] * clip;
        const m = settings.beta1 * first.get(name)![i] + (1 - settings.beta1) * g;
        const v = settings.beta2 * second.get(name)![i] + (1 - settings.beta2) * g * g;
        first.get(name)![i] = m;
        second.get(name)![i] = v;
        const step = (m / (1 - settings.beta1 ** t)) /
          (Math.sqrt(v / (1 - settings.beta2 ** t)) + settings.epsilon);
        values.get(name)![i] = value - learningRate * decay * value - learningRate * step;
      });
    }
  });
  return { values, norms };
}

const numbers = (seed: number, scale: number) =>
  new Map(slots.map(({ name, shape }) => [
    name,
    Array.from(
      { length: shape.reduce((size, dim) => size * dim, 1) },
      (_, i) => scale * Math.sin(seed * 7 + name.length + i * 1.7),
    ),
  ]));
const asFloats = (values: Map<string, number[]>) =>
  new Map([...values].map(([name, each]) => [name, Float32Array.from(each)]));

for (const deviceName of ["cpu", "tfjs:cpu"]) {
  for (const accumulate of [1, 2]) {
    Deno.test(`AdamW moves as its paper says: ${deviceName}, ${accumulate} parts`, async () => {
      const device = await openDevice(deviceName);
      const vectors = [parameters, gradients, accumulated, ...moments];
      const state = device.createState(slots, vectors);
      const optimizer = await createOptimizer(device, state, { ...settings, accumulate });
      const start = numbers(1, 1);
      await state.write(parameters, asFloats(start));
      // Small gradients and large ones, so that some steps are clipped and others are not.
      const steps = [numbers(2, 0.1), numbers(3, 5), numbers(4, 0.5), numbers(5, 2)];
      const { values, norms } = reference(start, steps);
      for (const [i, step] of steps.entries()) {
        for (let part = 0; part < accumulate; part++) {
          const share = new Map(
            [...step].map(([name, each]) => [name, each.map((value) => value / accumulate)]),
          );
          await state.write(gradients, asFloats(share));
          await optimizer.add(part === 0);
        }
        const taken = await optimizer.step(groupsAt(i + 1));
        assert.ok(Math.abs(taken.norm / norms[i] - 1) < 1e-5);
        const clipped = await optimizer.gradients(taken);
        const squares = [...clipped.values()].flatMap((each) => [...each])
          .reduce((sum, each) => sum + each ** 2, 0);
        const wanted = Math.min(norms[i], settings.maxGradientNorm);
        assert.ok(Math.abs(Math.sqrt(squares) / wanted - 1) < 1e-5);
      }
      const found = await state.read(parameters);
      for (const [name, each] of values) {
        assert.ok(largestDifference(found.get(name)!, each) < 1e-5, name);
      }
      await optimizer.dispose();
      state.dispose();
    });
  }
}

Deno.test("a gradient that is not finite moves nothing", async () => {
  const device = await openDevice("cpu");
  const state = device.createState(slots, [parameters, gradients, ...moments]);
  const optimizer = await createOptimizer(device, state, settings);
  await state.write(parameters, asFloats(numbers(1, 1)));
  for (const wrong of [NaN, Infinity]) {
    const found = asFloats(numbers(2, 1));
    found.get("bias")![1] = wrong;
    await state.write(gradients, found);
    await optimizer.add(true);
    assert.ok(!Number.isFinite((await optimizer.step(groupsAt(1))).norm));
    assert.deepEqual(await state.read(parameters), asFloats(numbers(1, 1)));
    for (const each of (await state.read(moments[0])).values()) {
      assert.ok(each.every((value) => value === 0));
    }
  }
  await optimizer.dispose();
  state.dispose();
});

Deno.test("where one of its programs cannot be compiled, an optimizer leaves none open", async () => {
  const device = await openDevice("cpu");
  const state = device.createState(slots, [parameters, gradients, accumulated, ...moments]);
  for (const programs of [1, 2, 3]) {
    let open = 0;
    let left = programs;
    const failing: Device = {
      ...device,
      async compileUpdate(update, state) {
        if (--left === 0) throw new Error("no memory for this one");
        const step = await device.compileUpdate(update, state);
        open++;
        return {
          ...step,
          dispose: () => {
            open--;
            return step.dispose();
          },
        };
      },
    };
    const made = createOptimizer(failing, state, { ...settings, accumulate: 2 });
    await assert.rejects(made, /no memory for this one/);
    assert.equal(open, 0, `program ${programs}`);
  }
  state.dispose();
});
