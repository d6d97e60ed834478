import assert from "node:assert/strict";
import { bestOfFront, chosenOfFront } from "../../../lib/pipeline/search/front_trials.ts";

const front = [
  { number: 0, score: 0.91, costs: [30, 400] },
  { number: 2, score: 0.9, costs: [10, 300] },
  { number: 3, score: 0.9, costs: [20, 100] },
  { number: 5, score: 0.7, costs: [5, 50] },
];
const costs = ["latency", "bytes"] as const;

Deno.test("the rule takes what costs least among those that are about as good", () => {
  const chosen = (within: number, least: typeof costs[number]) =>
    chosenOfFront(front, { better: "higher", costs, rule: { within, least } })?.number;
  assert.equal(chosen(0, "bytes"), 0);
  // .91 - .9 is more than .01 in doubles.
  assert.equal(chosen(0.01, "latency"), 2);
  assert.equal(chosen(0.01, "bytes"), 3);
  assert.equal(chosen(0.0099, "bytes"), 0);
  assert.equal(chosen(1, "bytes"), 5);
});

Deno.test("the best has the best score, and of equal ones costs least", () => {
  const higher = { better: "higher", costs, rule: "best" } as const;
  assert.equal(chosenOfFront(front, higher)?.number, 0);
  assert.equal(bestOfFront(front.slice(1), "higher")?.number, 2);
  assert.equal(bestOfFront(front, "lower")?.number, 5);
  const near = { within: 0.2, least: "bytes" } as const;
  assert.equal(chosenOfFront(front, { better: "lower", costs, rule: near })?.number, 5);
  assert.equal(chosenOfFront(front.slice(0, 3), { better: "lower", costs, rule: near })?.number, 3);
  assert.equal(chosenOfFront([], higher), undefined);
});
