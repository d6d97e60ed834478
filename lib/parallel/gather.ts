/**
 * Values of all processes in every process.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import type { ProcessGroup } from "./process_group.ts";

/**
 * Each process's value by its rank, the own one included. Values are what `structuredClone` takes: texts, numbers, NaN
 * among them, typed arrays, lists and plain objects.
 */
export async function gather<Value>(
  group: ProcessGroup,
  own: Value,
  signal?: AbortSignal,
): Promise<Value[]> {
  const content: Uint8Array = serialize(own);
  const sizes = new Float64Array(group.size);
  sizes[group.rank] = content.length;
  await group.sum(sizes, signal);
  const starts = Array.from(sizes, (_, rank) => sizes.slice(0, rank).reduce((a, b) => a + b, 0));
  // A sum is all that processes need to have in common; one float32 holds a byte.
  const all = new Float32Array(sizes.reduce((a, b) => a + b, 0));
  all.set(content, starts[group.rank]);
  await group.sum(all, signal);
  return starts.map((start, rank) =>
    deserialize(Uint8Array.from(all.subarray(start, start + sizes[rank])))
  );
}

/** The first process's value in every process; the others need not have one. */
export async function valueOfFirst<Value>(
  group: ProcessGroup,
  make: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const own = group.rank === 0 ? await make() : undefined;
  const [first] = await gather(group, own, signal);
  return first!;
}

/** Works on each item in one of the processes; every process gets all results, in the order of the items. */
export async function dealt<Item, Result>(
  group: ProcessGroup,
  items: readonly Item[],
  work: (own: readonly Item[]) => Promise<readonly Result[]>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const { rank, size } = group;
  const own = items.filter((_, at) => at % size === rank);
  const results = await gather(group, own.length > 0 ? await work(own) : [], signal);
  return items.map((_, at) => results[at % size][Math.floor(at / size)]);
}
