import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { microBatchSize } from "../../lib/train/micro_batch.ts";
import type { TrainingRows } from "../../lib/train/training_rows.ts";
import { planSteps } from "../../lib/train/step_plan.ts";
import { largestDifference } from "../models/golden.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const base = {
  device: { batchNumbers: 512 * 384 },
  hiddenSize: 384,
  tensors: [{ shape: [384, 8] }],
  tokens: 1024,
  isWhole: false,
};

Deno.test("a micro-batch has the tokens that suit the device", () => {
  const sizeFor = (context: Partial<typeof base>) =>
    microBatchSize({ batchSize: 16 }, { ...base, ...context });
  assert.equal(sizeFor({}), 8);
  assert.equal(sizeFor({ hiddenSize: 768 }), 4);
  assert.equal(sizeFor({ hiddenSize: 4096 }), 4);
  assert.equal(sizeFor({ tokens: 900 }), 16);
  assert.equal(sizeFor({ tokens: 16 * 2048 }), 1);
  assert.equal(sizeFor({ isWhole: true }), 16);
  assert.equal(sizeFor({ tensors: [{ shape: [5_000_000] }] }), 16);
  assert.equal(microBatchSize({ batchSize: 16 }, { ...base, device: {} }), 16);
});

Deno.test("micro-batches are the rows of their step, the longest first", () => {
  const lengths = Array.from({ length: 22 }, (_, i) => 3 + (i * 7) % 11);
  const settings = { batchSize: 8, accumulate: 1, epochs: 1, seed: 1, order: "shuffled" } as const;
  const whole = planSteps(lengths, settings);
  const cut = planSteps(lengths, settings, 3);
  assert.equal(cut.totalSteps, whole.totalSteps);
  const numbers = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
  for (let step = 0; step < cut.totalSteps; step++) {
    const parts = cut.microBatchesOf(step);
    const rows = parts.flatMap((part) => [...part]);
    assert.deepEqual(numbers(rows), numbers(whole.microBatchesOf(step)[0]));
    assert.ok(parts.every(({ length }) => length > 0 && length <= 3));
    assert.deepEqual(
      rows.map((row) => lengths[row]),
      rows.map((row) => lengths[row]).sort((a, b) => b - a),
    );
  }
});

const cases: Record<string, ToyRunOptions> = {
  "LoRA": {},
  "accumulation": { settings: { accumulate: 2 } },
  "class weights": { classWeights: [0.2, 3, 1] },
  "clipping": { settings: { maxGradientNorm: 0.05 } },
};

for (const [name, options] of Object.entries(cases)) {
  Deno.test(`a training in micro-batches is that of whole batches: ${name}`, async () => {
    const device = await openDevice("cpu");
    let batches = 0;
    const counting = (rows: TrainingRows): TrainingRows => ({
      ...rows,
      feedsOf: (chosen) => (batches++, rows.feedsOf(chosen)),
    });
    const settings = { batchSize: 128, epochs: 1, ...options.settings };
    const all = { ...options, rows: 300, settings, around: counting };
    const { batchNumbers: _, ...undivided } = device;
    const whole = await runToy({ ...all, context: { device: undivided } });
    const wholeBatches = batches;
    const cut = await runToy({ ...all, context: { device: { ...device, batchNumbers: 1 } } });
    assert.ok(batches - wholeBatches > wholeBatches, `${batches} batches`);
    assert.equal(cut.totalSteps, whole.totalSteps);
    assert.ok(largestDifference(whole.losses, cut.losses) < 1e-5);
    for (const [path, values] of whole.values) {
      // A key's bias has no influence: its gradient is rounding, which AdamW enlarges.
      if (path.endsWith("key.bias")) continue;
      assert.ok(largestDifference(values, cut.values.get(path)!) < 1e-5, path);
    }
  });
}
