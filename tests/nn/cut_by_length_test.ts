/**
 * Batches are cut where padding costs more than another run.
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { cutByLength } from "../../lib/nn/cut_by_length.ts";
import { runOver } from "../../lib/nn/run_over.ts";

/** The least cost over all ways to cut. */
function leastCost(lengths: readonly number[], partTokens: number): number {
  let least = lengths.length === 0 ? 0 : Infinity;
  for (let size = 1; size <= lengths.length; size++) {
    const own = partTokens + size * lengths[0];
    least = Math.min(least, own + leastCost(lengths.slice(size), partTokens));
  }
  return least;
}

function costOf(lengths: readonly number[], sizes: readonly number[], partTokens: number): number {
  let start = 0;
  return sizes.reduce((sum, size) => {
    const own = partTokens + size * lengths[start];
    start += size;
    return sum + own;
  }, 0);
}

Deno.test("no other cut costs less", () => {
  const random = Random.fromSeed(1, "lengths");
  for (let round = 0; round < 40; round++) {
    const lengths = Array.from({ length: random.integer(9) }, () => 1 + random.integer(60))
      .sort((a, b) => b - a);
    const partTokens = random.integer(80);
    const sizes = cutByLength(lengths, partTokens);
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), lengths.length);
    assert.equal(costOf(lengths, sizes, partTokens), leastCost(lengths, partTokens));
  }
  assert.deepEqual(cutByLength([60, 58, 9, 8, 8], 16), [2, 3]);
  assert.deepEqual(cutByLength([9, 8, 8], 16), [3]);
});

Deno.test("runs get the parts, and results stand in the order of the sequences", async () => {
  const lengths = [8, 60, 9, 58, 8];
  for (const [runTokens, expected] of [[16, [[1, 3], [2, 0, 4]]], [undefined, [[1, 3, 2, 0, 4]]]]) {
    const runs: number[][] = [];
    const found = await runOver(
      ({ rows }) => Promise.resolve({ rows }),
      {
        lengths,
        feedsOf(sequences) {
          const own = Array.from(sequences);
          runs.push(own);
          return { rows: { shape: [own.length], data: Int32Array.from(own) } };
        },
      },
      ({ rows }) => Array.from(rows.data as Int32Array, (row) => Float32Array.of(row)),
      { runTokens: runTokens as number | undefined },
    );
    assert.deepEqual(runs, expected);
    assert.deepEqual(found.map(([row]) => row), [0, 1, 2, 3, 4]);
  }
});
