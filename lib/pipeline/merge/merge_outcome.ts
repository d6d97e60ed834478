/**
 * What a merge came to, before it shows itself.
 *
 * @module
 */
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { RunResult } from "../run/run_result.ts";
import type { MergeChoice } from "./merge_choice.ts";
import type { MergeReceipt } from "./merge_receipt.ts";
import type { MergeSpec } from "./merge_spec.ts";

/** One of the merged models by itself, on the same test rows. */
export interface SingleModel<Predicted extends AnyPredictions = AnyPredictions> {
  /** By the metrics that score what the model says, under the names in `evaluate`. */
  readonly scores: Readonly<Record<string, unknown>>;
  readonly intervals: Readonly<Record<string, ScoreInterval>>;
  /** What it said about the test rows: `pairedBootstrap(single.predictions, result.predictions, accuracy)`. */
  readonly predictions: Predicted;
}

/** What a result is made of. */
export interface MergeOutcome {
  readonly spec: MergeSpec;
  readonly result: RunResult<unknown>;
  readonly receipt: MergeReceipt;
  readonly receipts: readonly MergeReceipt[];
  readonly singles: Readonly<Record<string, SingleModel>>;
  readonly choice: MergeChoice | undefined;
  /** Removes the merged model's own folder. */
  remove(): Promise<void>;
}
