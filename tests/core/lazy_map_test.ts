import assert from "node:assert/strict";
import { LazyMap } from "../../lib/core/lazy_map.ts";

Deno.test("a lazy map makes a value each time it is asked for, and only then", () => {
  let made = 0;
  const map = new LazyMap([["a", () => ++made], ["b", () => 10]]);
  assert.equal(map.size, 2);
  assert.ok(map.has("a"));
  assert.equal(map.get("c"), undefined);
  assert.equal(made, 0);
  assert.equal(map.get("a"), 1);
  assert.equal(map.get("a"), 2);
  assert.deepEqual([...map.keys()], ["a", "b"]);
  assert.deepEqual([...map], [["a", 3], ["b", 10]]);
  assert.deepEqual([...map.values()], [4, 10]);
  const seen: unknown[] = [];
  map.forEach((value, key) => seen.push([key, value]));
  assert.deepEqual(seen, [["a", 5], ["b", 10]]);
});

Deno.test("a lazy map knows which values are others each time", () => {
  const kept = [1];
  const map = new LazyMap([["made", () => [1]], ["kept", () => kept]], ["made"]);
  assert.deepEqual(["made", "kept", "neither"].map((key) => map.makesAnew(key)), [
    true,
    false,
    false,
  ]);
});
