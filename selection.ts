/**
 * What selects among models: folds, cross-validation, tests of candidates, and the leaderboard. All of it is imported
 * from "tunebook".
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
