import assert from "node:assert/strict";
import { paceOf } from "../../../lib/pipeline/compare/comparison_budget.ts";
import { isMistake } from "../../is_mistake.ts";

const times = {
  fast: { secondsPerEpoch: 1, overhead: 1 },
  slow: { secondsPerEpoch: 10, overhead: 2 },
};

Deno.test("every run gets the same time", () => {
  const pace = paceOf(times, { seconds: 90, seeds: 3 });
  assert.equal(pace.seeds, 3);
  assert.equal(pace.epochsOf("fast", { seconds: 90, runs: 6 }), 14);
  pace.ran("fast", { epochs: 14, seconds: 15 });
  assert.equal(pace.epochsOf("slow", { seconds: 75, runs: 5 }), 1.3);
  assert.deepEqual(pace.notes(), []);
});

Deno.test("runs that take longer than their first steps said leave less to the next", () => {
  const pace = paceOf(times, { seconds: 90, seeds: 3 });
  pace.ran("fast", { epochs: 14, seconds: 30 }); // twice as long
  assert.ok(Math.abs(pace.epochsOf("slow", { seconds: 60, runs: 5 }) - (6 - 2) / 10) < 1e-12);
  // No time at all is no reason to leave a method out.
  assert.equal(pace.epochsOf("slow", { seconds: -5, runs: 5 }), 0.1);
  pace.ran("slow", { epochs: 0.1, seconds: 6 });
  assert.equal(pace.fits(36), true);
  assert.equal(pace.fits(33), true, "a little too late is no reason to stop");
  assert.equal(pace.fits(30), false);
});

Deno.test("seeds are given up until the slowest method gets an epoch", () => {
  const pace = paceOf(times, { seconds: 36, seeds: 3 });
  assert.equal(pace.seeds, 1);
  assert.equal(pace.epochsOf("slow", { seconds: 36, runs: 2 }), 1.6);
  assert.match(pace.notes().join(), /too short for 3 seeds: 1 instead/);
});

Deno.test("less than an epoch is said, no time at all is an error", () => {
  const pace = paceOf(times, { seconds: 14, seeds: 1 });
  assert.equal(pace.epochsOf("slow", { seconds: 14, runs: 2 }), 0.5);
  assert.match(pace.notes().join(), /less than one epoch/);
  assert.throws(
    () => paceOf(times, { seconds: 4, seeds: 3 }),
    isMistake("input", "takes about 0.4 minutes", "fewer methods"),
  );
});

Deno.test("no method gets more than twenty epochs", () => {
  const pace = paceOf(times, { seconds: 100, seeds: 1 });
  assert.equal(pace.epochsOf("fast", { seconds: 100, runs: 2 }), 20);
  assert.equal(pace.epochsOf("slow", { seconds: 50, runs: 1 }), 4.8);
  assert.match(pace.notes().join(), /no more than 20 epochs: fast/);
});
