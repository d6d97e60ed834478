/**
 * What was chosen by validation rows.
 *
 * @module
 */
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import type { SearchHistory } from "../../search/history.ts";
import type { MergeChoiceKind } from "./merge_receipt.ts";

/** A merge that was scored on the validation rows. */
export interface ScoredMerge {
  /** The models in it, with their weights. */
  readonly weights: Readonly<Record<string, ModelWeights>>;
  /** The score of the validation rows; absent where it is no number. */
  readonly score?: number;
}

/** How the models and weights of a merge were chosen. */
export interface MergeChoice {
  readonly by: MergeChoiceKind;
  /** The name of the score of the validation rows. */
  readonly metric: string;
  /** The models that were chosen, with their weights. */
  readonly weights: Readonly<Record<string, ModelWeights>>;
  /** The score of what was chosen, of the validation rows. */
  readonly score: number;
  /** The same of each model alone. */
  readonly singles: Readonly<Record<string, number>>;
  /** All merges that were scored, in their order. */
  readonly trials: readonly ScoredMerge[];
  /** The search as plain JSON, for charts; of searched weights. */
  readonly history?: SearchHistory;
  /** Why it ended. */
  readonly notes: readonly string[];
}
