/**
 * Waits for the trials that other processes have under way, so that all choose among the same ones.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Search } from "../../search/search.ts";
import type { SearchedSettings } from "./plan_space.ts";

/** Between two looks into the file. */
const pauseMilliseconds = 500;
/** So many times the longest trial is waited for one of another process, which may have stopped for good. */
const patience = 3;

/**
 * Tells, after a pause, whether trials of other processes are still under way: one whose process is gone may then be
 * asked for. They are waited for from the first call on, at most three times as long as the longest trial took.
 */
export function otherTrials(
  found: Pick<Search<SearchedSettings>, "history" | "owns">,
  signal: AbortSignal,
): () => Promise<boolean> {
  let began: number | undefined;
  return async () => {
    began ??= performance.now();
    const { trials } = found.history;
    const isUnderWay = trials.some(({ state, number }) =>
      state === "pending" && !found.owns(number)
    );
    const longest = Math.max(0, ...trials.map(({ figures }) => figures?.seconds ?? 0));
    const limit = began + Math.max(pauseMilliseconds, patience * longest * 1000);
    if (!isUnderWay || signal.aborted || performance.now() > limit) return false;
    await delay(pauseMilliseconds, undefined, { signal }).catch(() => {});
    return true;
  };
}
