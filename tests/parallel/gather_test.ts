import assert from "node:assert/strict";
import { dealt, gather, valueOfFirst } from "../../lib/parallel/gather.ts";
import { memoryGroup } from "./memory_group.ts";

/** The same work in so many processes. */
function inAll<Result>(
  size: number,
  work: (process: ReturnType<typeof memoryGroup>[number]) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(memoryGroup(size).map(work));
}

Deno.test("every process gets what each of them has", async () => {
  const values = [
    { text: "ü😀", number: NaN, numbers: Float32Array.of(-0, Infinity, 1 / 3) },
    undefined,
    [new Map([["a", null]])],
  ];
  for (const all of await inAll(3, (process) => gather<unknown>(process, values[process.rank]))) {
    assert.deepEqual(all, values);
  }
});

Deno.test("the first one alone makes a value that all of them get", async () => {
  let made = 0;
  const make = () => Promise.resolve(`made ${++made}`);
  assert.deepEqual(
    await inAll(3, (process) => valueOfFirst(process, make)),
    Array(3).fill("made 1"),
  );
});

Deno.test("items are dealt, and results are in the order of the items", async () => {
  for (const count of [0, 1, 2, 7]) {
    const items = Array.from({ length: count }, (_, i) => i);
    const worked: number[] = [];
    const work = (own: readonly number[]) => {
      worked.push(...own);
      return Promise.resolve(own.map((item) => item * item));
    };
    for (const found of await inAll(3, (process) => dealt(process, items, work))) {
      assert.deepEqual(found, items.map((item) => item * item));
    }
    assert.deepEqual(worked.toSorted(), items);
  }
});
