import assert from "node:assert/strict";
import { collectGarbage } from "../../lib/core/collect_garbage.ts";

Deno.test("arrays that nobody uses are freed", () => {
  const held = new Float32Array(1e6).fill(1);
  let dead: Float32Array[] = Array.from({ length: 8 }, () => new Float32Array(1e6).fill(1));
  assert.equal(dead.length, 8);
  dead = [];
  const before = Deno.memoryUsage().external;
  collectGarbage();
  assert.ok(before - Deno.memoryUsage().external > 30e6);
  assert.equal(held[7], 1);
});
