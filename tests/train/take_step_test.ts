import assert from "node:assert/strict";
import { learningRateAt, scheduleNames } from "../../lib/train/schedules/mod.ts";
import { isMistake } from "../is_mistake.ts";
import { runToy } from "./toy_run.ts";

Deno.test("a share of warm-up steps is rounded up, as in transformers", async () => {
  // 0.06 of 28 steps are 1.68.
  const rates: number[] = [];
  const { totalSteps } = await runToy({
    rows: 28,
    settings: { epochs: 4, warmup: 0.06, schedule: "constant", learningRate: 0.5 },
    context: { onStep: ({ learningRate }) => rates.push(learningRate) },
  });
  assert.equal(totalSteps, 28);
  // The first one is 0 there, which would be a step that learns nothing.
  assert.deepEqual(rates.slice(0, 4), [0.25 / 28, 0.25, 0.5, 0.5]);
});

Deno.test("a run of one step learns", async () => {
  const rates: number[] = [];
  const { totalSteps, values } = await runToy({
    rows: 4,
    settings: { epochs: 1, batchSize: 16, learningRate: 0.5 },
    context: { onStep: ({ learningRate }) => rates.push(learningRate) },
  });
  assert.equal(totalSteps, 1);
  assert.deepEqual(rates, [0.5]);
  // B starts at zero.
  const [, moved] = [...values].find(([name]) => name.endsWith("lora_B"))!;
  assert.ok(moved.some((each) => each !== 0));
});

Deno.test("no step of any schedule has a rate of 0, and a rate that float32 cannot hold is refused", async () => {
  for (const schedule of scheduleNames) {
    for (const totalSteps of [1, 2, 3, 17, 100]) {
      for (const warmup of [0, 0.06, 0.5, 0.99]) {
        const settings = { schedule, totalSteps, warmup, learningRate: 1e-3 };
        for (let step = 0; step < totalSteps; step++) {
          const rate = learningRateAt(settings, step);
          assert.ok(rate > 0, `${schedule}, ${totalSteps} steps, warm-up ${warmup}, step ${step}`);
        }
      }
    }
  }
  await assert.rejects(
    runToy({ settings: { learningRate: 1e-60 } }),
    isMistake("input", "the learning rate is 0 in all", "learningRate"),
  );
});
