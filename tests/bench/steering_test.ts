import assert from "node:assert/strict";
import { join } from "node:path";
import { lora } from "tunebook";
import { comparedAnswers } from "../../bench/open_policy_of.ts";
import { pairsOf, thumbsOf } from "../../bench/steering_start.ts";
import { meanInterval, steeringTable } from "../../bench/steering_table.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const judged = [
  { prompt: "a", answer: " b", reward: 0.2 },
  { prompt: "a", answer: " c", reward: 0.9 },
  { prompt: "a", answer: " d", reward: 0.6 },
  { prompt: "a", answer: " ", reward: 0.99 },
  { prompt: "e", answer: " f", reward: 0.5 },
  { prompt: "e", answer: " g", reward: 0.55 },
];

Deno.test("the best answer is paired with the worst, where they differ and say something", () => {
  assert.deepEqual(pairsOf(judged, 0.1).objects(), [
    { prompt: "a", chosen: " c", rejected: " b" },
  ]);
  assert.deepEqual(thumbsOf(judged).array("good"), [false, true, true, false, true]);
});

Deno.test("a mean has an interval, and points are compared prompt by prompt", () => {
  // 2 ± 1.96 · 1 / √3
  const { mean, low, high } = meanInterval([1, 2, 3]);
  assert.ok(Math.abs(low - 0.8684) < 1e-4 && Math.abs(high - 3.1316) < 1e-4 && mean === 2);
  const outcome = { seed: 1, tokens: 3, steps: 1, processorSeconds: 1, examples: [] };
  const point = { beta: 0.1, length: 1, learningRate: 1e-3 };
  const table = steeringTable([
    {
      ...outcome,
      key: "sft",
      point: { ...point, method: "sft" },
      rewards: [0.1, 0.5],
      divergences: [0, 0],
    },
    {
      ...outcome,
      key: "dpo",
      point: { ...point, method: "dpo" },
      rewards: [0.3, 0.7],
      divergences: [1, 3],
    },
    {
      ...outcome,
      seed: 2,
      key: "sft 2",
      point: { ...point, method: "sft" },
      rewards: [0.2, 0.6],
      divergences: [0, 0],
    },
    {
      ...outcome,
      seed: 2,
      key: "dpo 2",
      point: { ...point, method: "dpo" },
      rewards: [0.3, 0.7],
      divergences: [1, 3],
    },
  ]);
  // Each prompt is better by .2, so that nothing is left of the spread between prompts.
  assert.match(table, /dpo .*\| 2\.0 \(0\.0 to 4\.0\) .*\| 0\.200 \(0\.200 to 0\.200\)/);
  // Each seed has a start of its own.
  assert.match(table, /dpo [^|]*seed 2 .*\| 0\.100 \(0\.100 to 0\.100\)/);
});

Deno.test("a model with an adapter that does nothing is as its base", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const sampling = { answers: 2, maxNewTokens: 5, seed: 1 };
    const prompts = ["the film was", "good"];
    const found = await comparedAnswers(reference, lora({ rank: 2 }), prompts, sampling);
    assert.deepEqual(found.map(({ prompt }) => prompt), [0, 0, 1, 1]);
    for (const { divergence, tokens } of found) {
      assert.ok(Math.abs(divergence) < 1e-4 && tokens >= 1 && tokens <= 5);
    }
  }));
