import assert from "node:assert/strict";
import { firstBeyond, kthLargest } from "../../lib/generate/partial_order.ts";
import { Random } from "../../lib/core/random.ts";

Deno.test("the k-th largest is that of a full sort, equal, infinite and negative ones too", () => {
  const random = Random.fromSeed(2);
  for (const length of [1, 2, 7, 1000]) {
    const values = Float32Array.from(
      { length },
      (_, i) => i % 5 === 0 ? -Infinity : Math.round(random.normal() * 40) / 8,
    );
    const sorted = values.toSorted().reverse();
    for (const k of [1, 2, 3, Math.ceil(length / 2), length]) {
      if (k <= length) assert.equal(kthLargest(values, k), sorted[k - 1]);
    }
  }
});

Deno.test("a list that begins inside a buffer is read where it is", () => {
  const values = new Float32Array([9, 9, 1, 2, 3, 9]).subarray(2, 5);
  assert.equal(kthLargest(values, 2), 2);
  assert.equal(firstBeyond(values, Float32Array.of(1, 1, 1), 1.5, false), 1);
});

Deno.test("the first beyond a limit is that of a stable sort", () => {
  const random = Random.fromSeed(6);
  const values = Float32Array.from({ length: 500 }, () => Math.round(random.normal() * 20) / 4);
  const masses = values.map(() => 1 + random.integer(3));
  const order = [...values.keys()].sort((a, b) => values[a] - values[b] || a - b);
  for (const reaching of [true, false]) {
    for (const limit of [0, 1, 17, 500, 900]) {
      let sum = 0;
      const expected = order.find((i) => {
        sum += masses[i];
        return reaching ? sum >= limit : sum > limit;
      });
      assert.equal(firstBeyond(values, masses, limit, reaching), expected);
    }
  }
});
