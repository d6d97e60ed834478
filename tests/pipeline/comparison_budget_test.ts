import assert from "node:assert/strict";
import { allot } from "../../lib/pipeline/comparison_budget.ts";
import { isMistake } from "../is_mistake.ts";

const times = {
  fast: { secondsPerEpoch: 1, overhead: 1 },
  slow: { secondsPerEpoch: 10, overhead: 2 },
};

Deno.test("every run gets the same time", () => {
  const { seeds, epochs, notes } = allot(times, { seconds: 90, seeds: 3 });
  assert.equal(seeds, 3);
  assert.deepEqual(epochs, { fast: 14, slow: 1.3 });
  assert.deepEqual(notes, []);
});

Deno.test("seeds are given up until the slowest method gets an epoch", () => {
  const { seeds, epochs, notes } = allot(times, { seconds: 36, seeds: 3 });
  assert.equal(seeds, 1);
  assert.deepEqual(epochs, { fast: 17, slow: 1.6 });
  assert.match(notes.join(), /too short for 3 seeds: 1 instead/);
});

Deno.test("less than an epoch is said, no time at all is an error", () => {
  const { epochs, notes } = allot(times, { seconds: 14, seeds: 1 });
  assert.equal(epochs.slow, 0.5);
  assert.match(notes.join(), /less than one epoch/);
  assert.throws(
    () => allot(times, { seconds: 4, seeds: 3 }),
    isMistake("input", "takes about 0.4 minutes", "fewer methods"),
  );
});

Deno.test("no method gets more than twenty epochs", () => {
  const { epochs, notes } = allot(times, { seconds: 100, seeds: 1 });
  assert.deepEqual(epochs, { fast: 20, slow: 4.8 });
  assert.match(notes.join(), /no more than 20 epochs: fast/);
});
