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

Deno.test("a long burst is waited for in proportion to what it takes, not for a minute", () => {
  let now = 1000;
  const waiting = backlog(() => now);
  for (let message = 0; message < 10_000; message++) waiting.add();
  // Measured on a busy machine: a second after the cell.
  assert.ok(waiting.left > 2000 && waiting.left < 4000, `${waiting.left}`);
  now += waiting.left;
  waiting.add();
  const after = waiting.left;
  now += after;
  waiting.add();
  assert.equal(waiting.left, after, "the next cell starts with no burst");
});

Deno.test("large displays take longer", () => {
  const waiting = backlog(() => 0);
  waiting.add();
  const small = waiting.left;
  waiting.add(5_000_000);
  assert.ok(waiting.left > small + 60);
});
