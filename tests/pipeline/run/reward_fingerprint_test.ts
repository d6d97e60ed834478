import assert from "node:assert/strict";
import {
  arithmetic,
  codeRuns,
  exactAnswer,
  jsonMatches,
  lengthBetween,
  matches,
  type Reward,
  rewardOf,
} from "tunebook";
import { rewardFingerprint } from "../../../lib/pipeline/run/reward_fingerprint.ts";
import { pairReward } from "../../../lib/tasks/rollouts/pair_reward.ts";

const judging = { predict: () => Promise.resolve([]), labels: ["good", "bad"] };
const pairs: Record<string, (other: boolean) => Reward> = {
  matches: (other) => matches(other ? /no/ : /yes/),
  exactAnswer: (other) => exactAnswer({ answer: "right", ignoreCase: other }),
  arithmetic: (other) => arithmetic({ answer: "right", tolerance: other ? 0.1 : 0 }),
  jsonMatches: (other) => jsonMatches({ type: other ? "object" : "array" }),
  lengthBetween: (other) => lengthBetween({ least: 2, ...(other ? { most: 9 } : {}) }),
  codeRuns: (other) => codeRuns({ entry: other ? "add" : "sum" }),
  "rewardOf by label": (other) => rewardOf(judging, { label: other ? "bad" : "good" }),
  "rewardOf by input": (other) =>
    rewardOf(judging, {
      label: "good",
      input: other ? ({ completion }) => completion : ({ prompt }) => String(prompt),
    }),
  "pairs by a judge": (other) => pairReward(other ? () => 0 : () => 1, 2),
  "pairs by a module": (other) => pairReward(other ? "judge.ts" : "other.ts", 2),
};

for (const [name, rewardFor] of Object.entries(pairs)) {
  Deno.test(`a checkpoint tells by their settings apart: ${name}`, async () => {
    const [one, same, other] = await Promise.all(
      [false, false, true].map((each) => rewardFingerprint({ reward: rewardFor(each) })),
    );
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  });
}
