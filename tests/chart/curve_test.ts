import assert from "node:assert/strict";
import { extremeSteps } from "../../lib/chart/curve.ts";

Deno.test("thinning keeps both ends and every peak, in order", () => {
  assert.deepEqual(extremeSteps([3, 1, 2], 5), [0, 1, 2]);
  const values = Float64Array.from({ length: 100_000 }, (_, at) => Math.sin(at / 9000));
  values[50_003] = 9;
  values[70_000] = -9;
  const steps = extremeSteps(values, 400);
  assert.ok(steps.length <= 400);
  assert.deepEqual([steps[0], steps.at(-1)], [0, 99_999]);
  assert.ok(steps.includes(50_003) && steps.includes(70_000));
  assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));
});

Deno.test("a value that is no number hides none beside it, and stays where there is no other", () => {
  const values = new Float64Array(1000).fill(NaN);
  values.set([5, NaN, 7], 100);
  const steps = extremeSteps(values, 20);
  assert.ok(steps.includes(100) && steps.includes(102));
  assert.ok(steps.filter((at) => Number.isNaN(values[at])).length > 5);
});
