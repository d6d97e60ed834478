import assert from "node:assert/strict";
import { truncateLongestFirst } from "../../lib/text/truncate.ts";

Deno.test("a single text keeps what fits", () => {
  assert.deepEqual(truncateLongestFirst([5], 9), [5]);
  assert.deepEqual(truncateLongestFirst([5], 3), [3]);
  assert.deepEqual(truncateLongestFirst([5], 0), [0]);
});

Deno.test("the longer text of a pair makes the room", () => {
  assert.deepEqual(truncateLongestFirst([3, 20], 10), [3, 7]);
  assert.deepEqual(truncateLongestFirst([20, 3], 10), [7, 3]);
  assert.deepEqual(truncateLongestFirst([3, 7], 10), [3, 7]);
});

Deno.test("two long texts get half each, the longer one the odd token", () => {
  assert.deepEqual(truncateLongestFirst([20, 30], 11), [5, 6]);
  assert.deepEqual(truncateLongestFirst([30, 20], 11), [6, 5]);
  assert.deepEqual(truncateLongestFirst([20, 20], 11), [5, 6]);
});

Deno.test("always fills the room and never exceeds it or a text", () => {
  for (let a = 0; a < 12; a++) {
    for (let b = 0; b < 12; b++) {
      for (let room = 0; room < 12; room++) {
        const [keptA, keptB] = truncateLongestFirst([a, b], room);
        assert.ok(keptA >= 0 && keptA <= a && keptB >= 0 && keptB <= b, `${a} ${b} ${room}`);
        assert.equal(keptA + keptB, Math.min(room, a + b), `${a} ${b} ${room}`);
      }
    }
  }
});
