import assert from "node:assert/strict";
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
  assert.deepEqual(rates.slice(0, 4), [0, 0.25, 0.5, 0.5]);
});
