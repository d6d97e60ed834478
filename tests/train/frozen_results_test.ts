import assert from "node:assert/strict";
import { keepFrozenResults } from "../../lib/train/frozen_results.ts";
import type { CachedRows } from "../../lib/train/hidden_cache.ts";
import { isMistake } from "../is_mistake.ts";

/** Rows that tell when they are disposed of. */
function rowsNamed(name: string, gone: string[]): CachedRows {
  return {
    lengths: [1],
    feedsOf: () => ({}),
    [Symbol.asyncDispose]() {
      gone.push(name);
      return Promise.resolve();
    },
  };
}

Deno.test("results of frozen layers are filled once, and those used longest ago are left", async () => {
  const gone: string[] = [];
  const filled: string[] = [];
  {
    await using kept = keepFrozenResults(2);
    const take = (name: string) =>
      kept.take(name, () => {
        filled.push(name);
        return Promise.resolve(rowsNamed(name, gone));
      }, undefined);
    const first = await take("a");
    await take("b");
    assert.equal(await take("a"), first);
    await take("c");
    assert.deepEqual([filled, gone], [["a", "b", "c"], ["b"]]);
    await take("b");
    assert.deepEqual([filled.length, gone], [4, ["b", "a"]]);
  }
  assert.deepEqual(gone.toSorted(), ["a", "b", "b", "c"]);
});

Deno.test("a fill that was stopped is not kept", async () => {
  const gone: string[] = [];
  await using kept = keepFrozenResults(2);
  const fill = () => Promise.resolve(rowsNamed("half", gone));
  await assert.rejects(kept.take("a", fill, AbortSignal.abort()), isMistake("interrupted"));
  assert.deepEqual(gone, ["half"]);
  const whole = rowsNamed("whole", gone);
  assert.equal(await kept.take("a", () => Promise.resolve(whole), undefined), whole);
});
