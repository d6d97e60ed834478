import assert from "node:assert/strict";
import { trainerStateOf, trainerStateText } from "../../lib/train/trainer_state.ts";

const whole = {
  step: 2,
  losses: [0.5, 0.25],
  best: { step: 1, score: 0.75 },
  validationsSinceBest: 1,
  validations: [{ step: 1, score: 0.75 }, { step: 2, score: NaN }],
};

Deno.test("a trainer state comes back as it was, scores that are no numbers included", () => {
  const { best: _, ...withoutBest } = { ...whole, validationsSinceBest: 2 };
  const inFloat16 = { ...whole, lossScale: { scale: 4096, steadySteps: 1, skipped: [1] } };
  for (const state of [whole, withoutBest, inFloat16]) {
    assert.deepEqual(trainerStateOf(JSON.parse(trainerStateText(state))), state);
  }
});

const damages: Record<string, unknown> = {
  step: [undefined, null, "2", 1.5, -1, 3],
  losses: [undefined, null, {}, [0.5], [0.5, "a"], [0.5, null], [0.5, [1]]],
  best: [null, 1, { step: 1 }, { step: 1, score: "NaN" }, { score: 1 }],
  validationsSinceBest: [undefined, "1", -1, 3],
  lossScale: [null, 1, { scale: 0 }],
  validations: [undefined, null, {}, [1, 2], [null, null], [{ step: 1 }, { step: 2, score: "a" }]],
};

for (const [field, values] of Object.entries(damages)) {
  Deno.test(`a trainer state whose ${field} is missing or wrong is none`, () => {
    for (const value of values as unknown[]) {
      assert.equal(trainerStateOf({ ...whole, [field]: value }), undefined, JSON.stringify(value));
    }
  });
}

Deno.test("what is no table of fields is no trainer state", () => {
  for (const made of [null, 1, "text", [whole]]) assert.equal(trainerStateOf(made), undefined);
});
