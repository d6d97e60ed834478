/**
 * What selects among models: folds, cross-validation, tests of candidates, and the leaderboard.
 *
 * @module
 */

// Folds
export { kFold, type KFoldOptions } from "./lib/data/k_fold.ts";

// Tests
export {
  type CorrectedResampledTTest,
  correctedResampledTTest,
  type FoldSizes,
} from "./lib/evaluate/corrected_resampled_t_test.ts";

export { mcNemar, type McNemarOptions, type McNemarTest } from "./lib/evaluate/mc_nemar.ts";

// Cross-validation and selection
export type { CandidateFigures } from "./lib/pipeline/select/candidate_figures.ts";
export type { CandidateTest } from "./lib/pipeline/select/candidate_tests.ts";
export { crossValidate } from "./lib/pipeline/select/cross_validate.ts";
export type { CrossValidation } from "./lib/pipeline/select/cross_validation.ts";
export type { FoldScore } from "./lib/pipeline/select/fold_runs.ts";
export type { RankedCandidate } from "./lib/pipeline/select/leaderboard.ts";
export { type CandidatePlans, select } from "./lib/pipeline/select/select.ts";
export type {
  CandidateCost,
  CrossValidateOptions,
  SelectionRule,
  SelectOptions,
} from "./lib/pipeline/select/select_options.ts";
export type { NestedScore, Selection } from "./lib/pipeline/select/selection.ts";
