/**
 * What the run of a merge leaves.
 *
 * @module
 */
import { customInspect, jupyterDisplay } from "../../core/display.ts";
import { visibleLines } from "../../core/visible.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { RunResult } from "../run/run_result.ts";
import type { MergeChoice } from "./merge_choice.ts";
import type { MergeReceipt } from "./merge_receipt.ts";
import { mergeDisplay, mergeText } from "./merge_display.ts";
import type { MergeOutcome, SingleModel } from "./merge_outcome.ts";

/** A merged model that predicts, with its scores and what it was made of. */
export interface MergeResult<
  Scores,
  Predicted extends AnyPredictions = AnyPredictions,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> extends RunResult<Scores, Predicted, Input, Answer> {
  /** What it was made of; the same stands as `merge.json` in each folder that was written. */
  readonly merge: Omit<MergeReceipt, "folder" | "reference" | "dtype">;
  /** The same for each folder that was written. */
  readonly mergeReceipts: readonly MergeReceipt[];
  /** The models alone, by their names, those that a soup left out too. */
  readonly singles: Readonly<Record<string, SingleModel<Predicted>>>;
  /** How models or weights were chosen, where they were. */
  readonly choice?: MergeChoice;
}

/** Adds the displays. */
export function mergeResultOf(outcome: MergeOutcome): MergeResult<unknown> {
  const { result, receipt, receipts, singles, choice, remove } = outcome;
  const { folder: _, reference: __, dtype: ___, ...merge } = receipt;
  const text = () => visibleLines(mergeText(outcome));
  let isThere = true;
  return Object.freeze({
    ...result,
    merge,
    mergeReceipts: receipts,
    singles,
    ...(choice ? { choice } : {}),
    async dispose() {
      await result.dispose();
      if (isThere) await remove();
      isThere = false;
    },
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () => mergeDisplay(outcome),
  });
}
