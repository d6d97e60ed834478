import assert from "node:assert/strict";
import { growthOf, type MemorySample, verdictOn } from "../../bench/growth.ts";

const samplesOf = (resident: readonly number[]): MemorySample[] =>
  resident.map((each, at) => ({ at: 10 * at, resident: each, heap: 0, buffers: 0 }));

Deno.test("the line is that of least squares, with its standard error", () => {
  // numpy.polyfit, and scipy.stats.linregress for the error.
  const { slope, error, samples, from } = growthOf(samplesOf([1, 2, 4, 4, 6]), 0);
  assert.ok(Math.abs(slope - 0.12) < 1e-12);
  assert.ok(Math.abs(error - 0.0163299316) < 1e-9);
  assert.deepEqual([samples, from], [5, 0]);
});

Deno.test("the warm-up is left out", () => {
  const { slope, from } = growthOf(samplesOf([900, 10, 10, 10]), 0.25);
  assert.equal(slope, 0);
  assert.equal(from, 10);
  assert.throws(() => growthOf(samplesOf([1, 2]), 0), RangeError);
});

Deno.test("a verdict needs the whole interval on one side of the limit", () => {
  const line = (slope: number, error: number) => ({ slope, error, samples: 9, from: 0 });
  assert.equal(verdictOn(line(3, 0.5), 1), "grows");
  assert.equal(verdictOn(line(0.5, 0.2), 1), "steady");
  assert.equal(verdictOn(line(-4, 0.2), 1), "steady");
  assert.equal(verdictOn(line(1, 0.5), 1), "unclear");
});
