import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { type BatchOrder, collate, paddingShare, planBatches } from "../../lib/data/batches.ts";

const random = Random.fromSeed(3);
const lengths = Array.from({ length: 1003 }, () => 3 + random.integer(125));
const plan = (order: BatchOrder, epoch = 0, seed = 1) =>
  planBatches(lengths, { batchSize: 16, seed, epoch, order });

Deno.test("every order shows every example once, in full batches but the last", () => {
  for (const order of ["shuffled", "grouped", "sequential"] as const) {
    const batches = plan(order);
    assert.equal(batches.length, 63);
    assert.deepEqual(batches.map((batch) => batch.length), [...Array(62).fill(16), 11]);
    const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
    assert.deepEqual(all, lengths.map((_, index) => index));
  }
  assert.deepEqual([...plan("sequential")[1]], Array.from({ length: 16 }, (_, i) => 16 + i));
});

Deno.test("seed and epoch decide the order", () => {
  for (const order of ["shuffled", "grouped"] as const) {
    assert.deepEqual(plan(order), plan(order));
    assert.notDeepEqual(plan(order), plan(order, 1));
    assert.notDeepEqual(plan(order), plan(order, 0, 2));
  }
});

Deno.test("grouping saves most of the padding and begins with the longest example", () => {
  for (let epoch = 0; epoch < 5; epoch++) {
    const grouped = plan("grouped", epoch);
    assert.equal(lengths[grouped[0][0]], Math.max(...lengths));
    assert.ok(paddingShare(lengths, grouped) < 0.1);
    assert.ok(paddingShare(lengths, plan("shuffled", epoch)) > 0.4);
  }
});

Deno.test("groups are as large as fifty batches, or a quarter of few examples", () => {
  const falling = (indices: number[]) =>
    indices.filter((index, i) => i > 0 && lengths[index] > lengths[indices[i - 1]]).length;
  // Each of the places where lengths rise is the start of a group; the longest one swapped with
  // the first may add two more.
  const few = planBatches(lengths, { batchSize: 4, seed: 1, epoch: 0, order: "grouped" });
  const rises = falling(few.flatMap((batch) => [...batch]));
  assert.ok(rises >= 5 && rises <= 7, `${rises}`);
});

Deno.test("the share of padding is exact", () => {
  const batches = [Uint32Array.of(0, 1), Uint32Array.of(2)];
  assert.equal(paddingShare([1, 3, 4], batches), 1 - 8 / 10);
  assert.equal(paddingShare([], []), 0);
});

Deno.test("pads on the right and masks what is padding", () => {
  const examples = [
    { ids: Int32Array.of(5, 6, 7), row: 0 },
    { ids: Int32Array.of(8), row: 1 },
    { ids: Int32Array.of(1, 2), types: Int32Array.of(0, 1), row: 2 },
  ];
  assert.deepEqual(collate(examples, [2, 1], { padId: 9 }), {
    ids: Int32Array.of(1, 2, 8, 9),
    mask: Int32Array.of(1, 1, 1, 0),
    types: Int32Array.of(0, 1, 0, 0),
    batch: 2,
    length: 2,
  });
  const wide = collate(examples, [0, 1], { padId: 9, multipleOf: 8 });
  assert.equal(wide.length, 8);
  assert.deepEqual([...wide.ids.subarray(0, 4)], [5, 6, 7, 9]);
  assert.equal(wide.mask.reduce((sum, value) => sum + value), 4);
});
