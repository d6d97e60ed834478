/**
 * Some rows of a data set: a random draw, or one side of a split in which nothing leaks.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import { Random } from "../lib/core/random.ts";

type Rows<Row> = readonly Row[];

/** The share of the rows that is for testing. */
const testShare = 0.1;

/** Draws `count` rows without repeating one; they keep their order. Throws where there are fewer. */
export function drawRows<Row>(all: Rows<Row>, count: number, seed: number, where: string): Row[] {
  if (count > all.length) {
    throw new TunebookError(
      "input",
      `${where} has ${all.length} rows to draw from, so it cannot give ${count}`,
    );
  }
  const order = Random.fromSeed(seed, "rows").shuffle(Uint32Array.from(all.keys()));
  return Array.from(order.subarray(0, count).toSorted(), (row) => all[row]);
}

/**
 * The rows of one side. Rows that share a value in one of the columns `together`, or that are joined
 * by a chain of such rows, are on the same side.
 */
export function splitOf<Row extends Readonly<Record<string, unknown>>>(
  all: Rows<Row>,
  together: readonly string[],
  side: "train" | "test",
): Row[] {
  const groupOf = joinedRows(all, together);
  const sizes = new Map<number, number>();
  for (const group of groupOf) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const test = new Set<number>();
  let wanted = Math.round(all.length * testShare);
  for (const group of Random.fromSeed(1, "split").shuffle([...sizes.keys()])) {
    const size = sizes.get(group)!;
    if (size > wanted) continue;
    test.add(group);
    wanted -= size;
  }
  return all.filter((_, row) => test.has(groupOf[row]) === (side === "test"));
}

/** The number of each row's group: union–find over the values of the columns. */
function joinedRows(
  all: Rows<Readonly<Record<string, unknown>>>,
  together: readonly string[],
): Uint32Array {
  const parent = Uint32Array.from(all.keys());
  const root = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]];
    return row;
  };
  for (const column of together) {
    const first = new Map<string, number>();
    all.forEach((values, row) => {
      const value = String(values[column]).toLowerCase();
      const earlier = first.get(value);
      if (earlier === undefined) first.set(value, row);
      else parent[root(row)] = root(earlier);
    });
  }
  return parent.map((_, row) => root(row));
}
