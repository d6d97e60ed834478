/**
 * The load as a process of its own, so that neither server pays for it.
 *
 * @module
 */
import { serve } from "../serve.ts";
import { closedLoop, type Load } from "./closed_loop.ts";

await serve<Load & { readonly cmd: string }>({
  async load(message) {
    const { seconds, milliseconds, refused } = await closedLoop(message);
    const sorted = milliseconds.toSorted((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { seconds, p50: at(0.5), p99: at(0.99), refused };
  },
});
