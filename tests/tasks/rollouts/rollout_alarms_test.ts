import assert from "node:assert/strict";
import type { PolicyAnswer } from "../../../lib/nn/rollout.ts";
import { groupAdvantages, leaveOneOutAdvantages } from "../../../lib/tasks/rollouts/advantages.ts";
import { RolloutAlarms } from "../../../lib/tasks/rollouts/rollout_alarms.ts";
import type { JudgedRollout } from "../../../lib/tasks/rollouts/rollout_figures.ts";

/** Sixteen answers in groups of four. */
function rollout(
  rewardOf: (at: number) => number,
  { entropy = 1, lengthOf = (at: number) => 2 + (7 * at) % 5 } = {},
): JudgedRollout {
  const answers = Array.from({ length: 16 }, (_, at): PolicyAnswer => ({
    tokens: new Int32Array(lengthOf(at)),
    text: "",
    finished: true,
    logProbs: new Float32Array(lengthOf(at)),
    entropies: new Float32Array(lengthOf(at)).fill(entropy),
  }));
  const rewards = answers.map((_, at) => rewardOf(at));
  return {
    answers,
    groupSize: 4,
    rewards,
    judged: { totals: rewards, values: {}, statistics: {} },
  };
}

Deno.test("rewards that go with length are told, once, from enough answers on", () => {
  const alarms = new RolloutAlarms();
  const biased = () => rollout((at) => 2 * at, { lengthOf: (at) => at + 1 });
  assert.deepEqual(alarms.of(biased()), []);
  assert.match(
    alarms.of(biased()).join(),
    /longer answers have the higher rewards \(.* 1\.00 over 32/,
  );
  assert.deepEqual(alarms.of(biased()), []);
  const fair = new RolloutAlarms();
  for (let i = 0; i < 4; i++) assert.deepEqual(fair.of(rollout((at) => at % 4)), []);
});

Deno.test("an entropy that collapses and groups without spread are told", () => {
  const alarms = new RolloutAlarms();
  alarms.of(rollout((at) => at % 4));
  assert.match(
    alarms.of(rollout((at) => at % 4, { entropy: 0.05 })).join(),
    /from 1\.00 to 0\.05 nats/,
  );
  const equal = new RolloutAlarms();
  const found = Array.from({ length: 4 }, () => equal.of(rollout(() => 1)));
  assert.deepEqual(found.slice(0, 3), [[], [], []]);
  assert.match(found[3].join(), /in 100 % of the groups/);
});

Deno.test("a ratio that is no rounding is told where nothing forbids it", () => {
  assert.deepEqual(new RolloutAlarms().of(rollout((at) => at % 4), { farthest: 1e-3 }), []);
  assert.match(
    new RolloutAlarms().of(rollout((at) => at % 4), { farthest: 0.5 }).join(),
    /factor of 1\.50/,
  );
});

Deno.test("a value function that foresees nothing is told after it had time to learn", () => {
  const alarms = new RolloutAlarms();
  const found = Array.from(
    { length: 22 },
    () => alarms.of(rollout((at) => at % 4), { explained: -0.5 }),
  );
  assert.deepEqual(found.slice(0, 20).flat(), []);
  assert.match(found[20].join(), /after 21 rollouts .* \(explained variance -0\.50\)/);
  assert.deepEqual(found[21], []);
  const learning = new RolloutAlarms();
  for (let i = 0; i < 25; i++) {
    assert.deepEqual(learning.of(rollout((at) => at % 4), { explained: i / 20 - 0.9 }), []);
  }
});

Deno.test("without groups all answers of a rollout must differ somewhere", () => {
  const { groupSize: _, ...ungrouped } = rollout(() => 1);
  const alarms = new RolloutAlarms();
  const found = Array.from({ length: 4 }, () => alarms.of(ungrouped));
  assert.match(found[3].join(), /in 100 % of the rollouts/);
});

Deno.test("answers to which no reward applies take no part in advantages", () => {
  assert.deepEqual(groupAdvantages([1, NaN, 3], { groupSize: 3, scale: "none" }), [-1, 0, 1]);
  assert.deepEqual(leaveOneOutAdvantages([1, NaN, 3], { groupSize: 3 }), [-2, 0, 2]);
  assert.deepEqual(leaveOneOutAdvantages([1, NaN, NaN], { groupSize: 3 }), [0, 0, 0]);
  // A group of equal rewards divides by next to nothing, and has nothing to divide.
  assert.deepEqual(groupAdvantages([2, 2], { groupSize: 2 }), [0, 0]);
});
