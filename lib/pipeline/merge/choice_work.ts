/**
 * What a choice by validation rows works with.
 *
 * @module
 */
import type { AnyMetric } from "../plan_spec.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { CandidateScorer } from "./candidate_scorer.ts";
import type { MergeOptions } from "./merge_options.ts";
import type { MergeSources } from "./open_for_merge.ts";

/** Opened models, and what scores their merges. */
export interface ChoiceWork {
  readonly of: MergeSources;
  readonly merge: MergeOptions;
  readonly metric: AnyMetric;
  readonly scorer: CandidateScorer;
  /** The score of the validation rows of each model alone. */
  readonly singles: Readonly<Record<string, number>>;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
}
