import assert from "node:assert/strict";
import { planSteps } from "../../lib/train/step_plan.ts";

const lengths = Array.from({ length: 22 }, (_, i) => 3 + (i * 7) % 11);
const settings = { batchSize: 4, accumulate: 1, epochs: 2, seed: 1, order: "grouped" } as const;

Deno.test("an epoch sees every row once, in another order than the epoch before", () => {
  const plan = planSteps(lengths, settings);
  assert.equal(plan.stepsPerEpoch, 6);
  assert.equal(plan.totalSteps, 12);
  const rowsOf = (first: number) =>
    Array.from({ length: 6 }, (_, i) => plan.microBatchesOf(first + i)).flat().flatMap((
      part,
    ) => [...part]);
  const [one, two] = [rowsOf(0), rowsOf(6)];
  const all = Array.from({ length: 22 }, (_, i) => i);
  assert.deepEqual(one.toSorted((a, b) => a - b), all);
  assert.deepEqual(two.toSorted((a, b) => a - b), all);
  assert.notDeepEqual(one, two);
});

Deno.test("a step can be asked for out of turn", () => {
  const inTurn = planSteps(lengths, settings);
  const steps = Array.from({ length: 12 }, (_, step) => inTurn.microBatchesOf(step));
  const outOfTurn = planSteps(lengths, settings);
  for (const step of [11, 0, 7, 3]) assert.deepEqual(outOfTurn.microBatchesOf(step), steps[step]);
});

for (const order of ["shuffled", "grouped", "sequential"] as const) {
  Deno.test(`parts are the rows of the whole batch, ${order}`, () => {
    const whole = planSteps(lengths, { ...settings, order, batchSize: 16 });
    const inParts = planSteps(lengths, { ...settings, order, accumulate: 4 });
    assert.equal(inParts.totalSteps, whole.totalSteps);
    for (let step = 0; step < whole.totalSteps; step++) {
      const parts = inParts.microBatchesOf(step);
      assert.deepEqual(parts.flatMap((part) => [...part]), [...whole.microBatchesOf(step)[0]]);
      assert.ok(parts.every(({ length }) => length > 0 && length <= 4));
    }
  });
}

Deno.test("steps are counted as transformers' Trainer counts them", () => {
  const stepsOf = (epochs: number, batchSize = 4, accumulate = 1) =>
    planSteps(lengths, { ...settings, epochs, batchSize, accumulate }).totalSteps;
  assert.equal(stepsOf(0.5), 3);
  assert.equal(stepsOf(0.4), 3);
  assert.equal(stepsOf(0.01), 1);
  assert.equal(stepsOf(0), 0);
  assert.equal(stepsOf(1.5), 9);
  assert.equal(stepsOf(1, 4, 4), 2);
  assert.equal(stepsOf(1, 100), 1);
  assert.throws(() => stepsOf(1e300), /more steps than can be counted/);
});
