import assert from "node:assert/strict";
import { batchFeeds } from "../../lib/data/feeds.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createPredictor } from "../../lib/evaluate/predict.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { largestDifference, type ReadBatch, runOver } from "../../lib/nn/run_over.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { goldenModel } from "../models/golden.ts";

/** Rows of different lengths: row i is i % 7 + 2 tokens long and starts with the token i + 5. */
const examples = Array.from({ length: 45 }, (_, row) => ({
  row,
  ids: Int32Array.from({ length: row % 7 + 2 }, (_, at) => row + at + 5),
}));
const lengths = examples.map(({ ids }) => ids.length);
const rows = {
  lengths,
  feedsOf: (chosen: ArrayLike<number>) =>
    batchFeeds(examples, chosen, { padId: 0, usesTypes: true }),
};

const oneEach: ReadBatch = ({ logits }) =>
  Array.from(logits.data, (each) => Float32Array.of(Number(each)));

Deno.test("rows run in batches of like length and come back in their order", async () => {
  const batches: number[][] = [];
  const firstTokens: Parameters<typeof runOver>[0] = ({ input_ids: { shape, data } }) => {
    const [batch, tokens] = shape;
    const first = Float32Array.from({ length: batch }, (_, row) => data[row * tokens] - 5);
    batches.push(shape.slice());
    return Promise.resolve({ logits: { shape: [batch, 1], data: first } });
  };
  const all = await runOver(firstTokens, rows, oneEach, { batchSize: 8 });
  assert.deepEqual(all.map(([first]) => first), examples.map(({ row }) => row));
  assert.deepEqual(batches.map(([size]) => size), [8, 8, 8, 8, 8, 5]);
  const sorted = lengths.toSorted((a, b) => b - a);
  assert.deepEqual(batches.map(([, tokens]) => tokens), batches.map((_, i) => sorted[8 * i]));
  const some = await runOver(firstTokens, rows, oneEach, { chosen: [44, 0, 7, 7] });
  assert.deepEqual(some.map(([first]) => first), [44, 0, 7, 7]);
  assert.deepEqual(
    await runOver(firstTokens, rows, oneEach, { chosen: [] }),
    [],
  );
});

Deno.test("a row's logits do not depend on the rows beside it", async () => {
  const outputs = 3;
  const model = await goldenModel("bert");
  const objective = classificationObjective({
    kind: "single",
    outputs,
    targets: new Float32Array(outputs),
  });
  const trainable = { model: { ...model, head: [] }, adapter: noAdapter, objective };
  const predictor = await createPredictor(trainable, await openDevice("cpu"), undefined);
  const together = await predictor.outputs(rows);
  const alone = await predictor.outputs(rows, { batchSize: 1 });
  assert.ok(largestDifference(together, alone) < 1e-5);
  assert.ok(together.some((logits) => logits.some((logit) => Math.abs(logit) > 0.1)));
  await predictor.dispose();
});

Deno.test("a difference that is no number is infinite", () => {
  const of = (...numbers: number[]) => [Float32Array.from(numbers)];
  const numbers = of(1, 2, 3);
  assert.equal(largestDifference(numbers, of(1, 2.5, 2)), 1);
  assert.equal(largestDifference(numbers, of(1, NaN, 3)), Infinity);
  assert.equal(largestDifference(of(NaN, 1, 9), numbers), Infinity);
  assert.equal(largestDifference(numbers, of(1, 2)), Infinity);
  assert.equal(largestDifference(numbers, numbers), 0);
});
