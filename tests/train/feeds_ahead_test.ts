import assert from "node:assert/strict";
import type { BatchDraw, Feeds } from "../../lib/nn/feeds.ts";
import { feedsAhead } from "../../lib/train/feeds_ahead.ts";

const batches = [[0, 1], [2, 3], [4]];
const plan = { microBatchesOf: (step: number) => [Uint32Array.from(batches[step])] };
const at = (step: number): BatchDraw => ({ seed: 1, epoch: 0, step, microBatch: 0 });
const next = (step: number) => step + 1 < batches.length ? at(step + 1) : undefined;
const feedsFor = (rows: ArrayLike<number>): Feeds => ({
  rows: { shape: [rows.length], data: Float32Array.from(rows) },
});

Deno.test("feeds that wait are begun one batch ahead, each once, and with their draw", async () => {
  const begun: string[] = [];
  const { take } = feedsAhead({
    feedsOf: async (rows, draw) => {
      begun.push(`${Array.from(rows)} in step ${draw!.step}`);
      await Promise.resolve();
      return feedsFor(rows);
    },
  }, plan);
  const seen: number[][] = [];
  for (const step of batches.keys()) {
    const { rows } = await take(at(step), next(step));
    seen.push([...rows.data as Float32Array]);
    assert.equal(begun.length, Math.min(step + 2, batches.length));
  }
  assert.deepEqual(seen, batches);
  assert.deepEqual(begun, ["0,1 in step 0", "2,3 in step 1", "4 in step 2"]);
});

Deno.test("feeds that are there at once are not begun ahead", async () => {
  let calls = 0;
  const { take } = feedsAhead({ feedsOf: (rows) => (calls++, feedsFor(rows)) }, plan);
  await take(at(0), at(1));
  assert.equal(calls, 1);
});

Deno.test("feeds that fail ahead fail for the batch that asks for them, and for no other", async () => {
  const { take } = feedsAhead({
    feedsOf: (rows, draw) =>
      draw!.step === 1
        ? Promise.reject(new Error("row 3 is gone"))
        : Promise.resolve(feedsFor(rows)),
  }, plan);
  await take(at(0), at(1));
  // Another batch than the one that was begun, as after a resume.
  await take(at(2), undefined);
  await assert.rejects(take(at(1), at(2)), /row 3 is gone/);
});
