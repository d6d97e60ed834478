import assert from "node:assert/strict";
import { freeGiven } from "../../lib/core/given_away.ts";
import { dealtTensors, ShardedTensors } from "../../lib/parallel/sharded_tensors.ts";
import { memoryGroup } from "./memory_group.ts";

const sizes = [5, 3, 3, 1];

function numbersOf(at: number): Float32Array {
  return Float32Array.from({ length: sizes[at] }, (_, i) => 10 * at + i);
}

/** So many processes, each with its share of four tensors. */
function sharing(processes: number): ShardedTensors[] {
  const dealt = dealtTensors(sizes, processes);
  return memoryGroup(processes).map((group) => {
    const tensors = new ShardedTensors(group);
    tensors.hold(
      dealt,
      new Map(dealt.flatMap(({ owner }, at) => owner === group.rank ? [[at, numbersOf(at)]] : [])),
    );
    return tensors;
  });
}

Deno.test("tensors are dealt so that each process holds about as much", () => {
  const owners = (processes: number) => dealtTensors(sizes, processes).map(({ owner }) => owner);
  assert.deepEqual(owners(2), [0, 1, 1, 0]);
  assert.deepEqual(owners(3), [0, 1, 2, 1]);
  assert.deepEqual(owners(1), [0, 0, 0, 0]);
});

Deno.test("processes that come for the same, for others, and for nothing get what they ask for", async () => {
  for (const size of [2, 3]) {
    const asked = [[0, 1, 2, 3], [3, 0], []];
    const summed = await Promise.all(
      sharing(size).map(async (process) => {
        for (const at of asked[process.rank]) {
          const found = await process.gather(at);
          assert.deepEqual(found, numbersOf(at));
          // Those of others can be freed; the only ones of a tensor stay.
          const isHeld = dealtTensors(sizes, size)[at].owner === process.rank;
          assert.equal(freeGiven(found), !isHeld);
        }
        const sum = Float64Array.of(process.rank, 1);
        await process.sum(sum);
        await process.leave();
        assert.ok(process.isOver);
        return sum;
      }),
    );
    for (const sum of summed) assert.deepEqual(sum, Float64Array.of(size === 2 ? 1 : 3, size));
  }
});

Deno.test("a process that has left gives its share to one that goes on", async () => {
  const [first, second] = sharing(2);
  const left = second.leave();
  for (const at of [3, 2, 1, 0]) assert.deepEqual(await first.gather(at), numbersOf(at));
  assert.ok(!second.isOver);
  await Promise.all([first.leave(), left]);
  assert.ok(first.isOver && second.isOver);
});

Deno.test("two gathers at once in one process come one after the other", async () => {
  const [first, second] = sharing(2);
  const found = Promise.all([first.gather(1), first.gather(0), second.gather(0)]);
  await Promise.all([first.leave(), second.leave()]);
  assert.deepEqual(await found, [numbersOf(1), numbersOf(0), numbersOf(0)]);
});

Deno.test("a sum that one process has no part in is an error in all", async () => {
  const [first, second] = sharing(2);
  const wrong = { kind: "device", message: /process 1 of 2 has come to the end of its run/ };
  await Promise.all([
    assert.rejects(first.sum(Float64Array.of(1)), wrong),
    assert.rejects(second.leave(), wrong),
  ]);
});

Deno.test("who waits for a tensor can be stopped", async () => {
  const [first] = sharing(2);
  const stop = new AbortController();
  const waiting = first.gather(0, stop.signal);
  stop.abort();
  await assert.rejects(waiting, { kind: "interrupted" });
});
