/**
 * Processes of a test: they meet in memory.
 *
 * @module
 */
import { interruption } from "../../lib/core/interruption.ts";
import type { ProcessGroup } from "../../lib/parallel/process_group.ts";

type Values = Float32Array | Float64Array;

/** What a process has come for, and the numbers. */
interface Call {
  readonly what: string;
  readonly values: Values;
  readonly go: () => void;
}

/** A group for each of `size` processes. */
export function memoryGroup(size: number): ProcessGroup[] {
  let come: Call[] = [];
  const meet = (
    rank: number,
    { what, values, signal, end }: Pick<Call, "what" | "values"> & {
      readonly signal: AbortSignal | undefined;
      /** What all get, of the numbers of all. */
      readonly end: (all: readonly Values[]) => Values;
    },
  ) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal?.addEventListener("abort", () => reject(interruption()));
    if (signal?.aborted) reject(interruption());
    come[rank] = { what, values, go: resolve };
    if (come.filter(Boolean).length === size) {
      const all = come;
      come = [];
      const unlike = all.filter((each) =>
        each.what !== what || each.values.length !== values.length
      );
      if (unlike.length > 0) throw new Error(`${what} of unlike length, or unlike calls`);
      const given = end(all.map((each) => each.values)).slice();
      for (const { values, go } of all) {
        values.set(given);
        go();
      }
    }
    return promise;
  };
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    sum: async (values, signal) => await meet(rank, { what: "sum", values, signal, end: sumOf }),
    broadcast: async (values, from, signal) =>
      await meet(rank, {
        what: `broadcast from ${from}`,
        values,
        signal,
        end: (all) => all[from],
      }),
  }));
}

function sumOf(all: readonly Values[]): Values {
  const sums = all[0].slice();
  for (const more of all.slice(1)) {
    for (const [i, value] of more.entries()) sums[i] += value;
  }
  return sums;
}
