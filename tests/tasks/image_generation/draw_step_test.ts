import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { drawStep } from "../../../lib/tasks/image_generation/draw_step.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import { isMistake } from "../../is_mistake.ts";

const draws = 20_000;
const flow = noiseSchedule({ kind: "flow" });

/** The share of drawn steps in each quarter of the way to the noise. */
function quarters(options?: Parameters<typeof drawStep>[2]): number[] {
  const random = Random.fromSeed(3);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < draws; i++) {
    const step = drawStep(flow, random, options);
    assert.ok(Number.isInteger(step) && step >= 0 && step < 1000);
    counts[Math.floor(step / 250)]++;
  }
  return counts.map((count) => count / draws);
}

/** Of a share that is drawn with this probability: four standard deviations. */
function isLikely(found: number, probability: number): boolean {
  return Math.abs(found - probability) < 4 * Math.sqrt(probability * (1 - probability) / draws);
}

Deno.test("steps are drawn alike", () => {
  for (const share of quarters()) assert.ok(isLikely(share, 0.25), `${share}`);
});

Deno.test("a logit-normal distribution draws the steps in the middle", () => {
  // The normal distribution is above ln 3, where the sigmoid is 3/4, with a probability of 0.1360.
  const found = quarters({ distribution: "logit-normal" });
  [0.136, 0.364, 0.364, 0.136].forEach((wanted, i) =>
    assert.ok(isLikely(found[i], wanted), `${found}`)
  );
});

Deno.test("a mean above 0 draws more noise", () => {
  // It is above ln 3 − 1 with a probability of 0.4607, above −1 with 0.8413, above −ln 3 − 1 with 0.9821.
  const found = quarters({ distribution: "logit-normal", mean: 1 });
  [0.0179, 0.1408, 0.3806, 0.4607].forEach((wanted, i) =>
    assert.ok(isLikely(found[i], wanted), `${found}`)
  );
});

Deno.test("a wide distribution stays within the steps", () => {
  const found = quarters({ distribution: "logit-normal", std: 100 });
  assert.ok(found[0] > 0.45 && found[3] > 0.45, `${found}`);
});

Deno.test("a distribution that makes no sense is refused", () => {
  const random = Random.fromSeed(1);
  assert.throws(
    () => drawStep(flow, random, { distribution: "normal" as "uniform", std: 0 }),
    isMistake("input", "distribution", "std"),
  );
});
