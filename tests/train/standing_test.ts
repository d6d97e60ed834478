import assert from "node:assert/strict";
import { standingOf, standingText } from "../../lib/train/standing.ts";

const whole = {
  step: 2,
  losses: [0.5, 0.25],
  best: { step: 1, score: 0.75 },
  validationsSinceBest: 1,
  validations: [{ step: 1, score: 0.75 }, { step: 2, score: NaN }],
};

Deno.test("a standing comes back as it was, scores that are no numbers included", () => {
  const { best: _, ...withoutBest } = { ...whole, validationsSinceBest: 2 };
  for (const standing of [whole, withoutBest]) {
    assert.deepEqual(standingOf(JSON.parse(standingText(standing))), standing);
  }
});

const damages: Record<string, unknown> = {
  step: [undefined, null, "2", 1.5, -1, 3],
  losses: [undefined, null, {}, [0.5], [0.5, "a"], [0.5, null], [0.5, [1]]],
  best: [null, 1, { step: 1 }, { step: 1, score: "NaN" }, { score: 1 }],
  validationsSinceBest: [undefined, "1", -1, 3],
  validations: [undefined, null, {}, [1, 2], [null, null], [{ step: 1 }, { step: 2, score: "a" }]],
};

for (const [field, values] of Object.entries(damages)) {
  Deno.test(`a standing whose ${field} is missing or wrong is none`, () => {
    for (const value of values as unknown[]) {
      assert.equal(standingOf({ ...whole, [field]: value }), undefined, JSON.stringify(value));
    }
  });
}

Deno.test("what is no table of fields is no standing", () => {
  for (const made of [null, 1, "text", [whole]]) assert.equal(standingOf(made), undefined);
});
