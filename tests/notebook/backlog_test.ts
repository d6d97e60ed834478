import assert from "node:assert/strict";
import { backlog } from "../../lib/notebook/backlog.ts";

Deno.test("a burst is waited for, what was sent long ago is not", () => {
  let now = 1000;
  const waiting = backlog(() => now);
  assert.equal(waiting.left, 0);
  waiting.add();
  const one = waiting.left;
  assert.ok(one > 0);
  for (let message = 0; message < 99; message++) waiting.add();
  const hundred = waiting.left;
  assert.ok(hundred > one + 99);
  now += hundred;
  assert.equal(waiting.left, 0);
  waiting.add();
  assert.equal(waiting.left, one);
});
