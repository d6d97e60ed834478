/**
 * Processes of a test: they meet in memory.
 *
 * @module
 */
import { interruption } from "../../lib/core/interruption.ts";
import type { ProcessGroup } from "../../lib/parallel/process_group.ts";

type Values = Float32Array | Float64Array;

/** A group for each of `size` processes. */
export function memoryGroup(size: number): ProcessGroup[] {
  let come: (readonly [Values, () => void])[] = [];
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    sum(values, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal?.addEventListener("abort", () => reject(interruption()));
      if (signal?.aborted) reject(interruption());
      come[rank] = [values, resolve];
      if (come.filter(Boolean).length === size) {
        const all = come;
        come = [];
        const sums = all[0][0].slice();
        for (const [more] of all.slice(1)) {
          if (more.length !== sums.length) throw new Error("sums of unlike length");
          for (const [i, value] of more.entries()) sums[i] += value;
        }
        for (const [own, go] of all) {
          own.set(sums);
          go();
        }
      }
      return promise;
    },
  }));
}
