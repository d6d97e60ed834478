/**
 * What probes a trained model beside its score: behavioural tests, and changes of texts and images that it must
 * bear.
 *
 * @module
 */

// Tests of behaviour
export {
  type BehaviouralTest,
  type BehaviouralTestOptions,
  direction,
  type DirectionOptions,
  falls,
  invariance,
  type InvarianceOptions,
  minimumFunctionality,
  type MinimumFunctionalityOptions,
  type ProbeCase,
  rises,
} from "./lib/evaluate/probe/behavioural_test.ts";
export {
  imageInvariance,
  type ImageInvarianceOptions,
} from "./lib/evaluate/probe/image_invariance.ts";
export {
  probe,
  type ProbedInput,
  type ProbedModel,
  type ProbeOptions,
} from "./lib/evaluate/probe/probe.ts";
export type {
  AnyProbeReport,
  ProbeFailure,
  ProbeReport,
  ProbeResult,
} from "./lib/evaluate/probe/probe_report.ts";
export { templateTexts } from "./lib/evaluate/probe/templates.ts";
export type {
  AnyBehaviouralTest,
  NamedProbe,
  NamedProbes,
  PlanProbes,
} from "./lib/pipeline/probe/plan_probes.ts";

// Changes of texts
export { chineseSlips } from "./lib/evaluate/probe/perturb/chinese_slips.ts";
export { contractions } from "./lib/evaluate/probe/perturb/contractions.ts";
export { homoglyphs, type HomoglyphsOptions } from "./lib/evaluate/probe/perturb/homoglyphs.ts";
export { letterCase, type LetterCaseOptions } from "./lib/evaluate/probe/perturb/letter_case.ts";
export { negation } from "./lib/evaluate/probe/perturb/negation.ts";
export { swapNumbers } from "./lib/evaluate/probe/perturb/numbers.ts";
export { paraphrases, type ParaphrasesOptions } from "./lib/evaluate/probe/perturb/paraphrases.ts";
export type { Perturbation } from "./lib/evaluate/probe/perturb/perturbation.ts";
export {
  changePunctuation,
  type ChangePunctuationOptions,
} from "./lib/evaluate/probe/perturb/change_punctuation.ts";
export { spaces } from "./lib/evaluate/probe/perturb/spaces.ts";
export {
  swapNames,
  swapPlaces,
  swapWords,
  type SwapWordsOptions,
} from "./lib/evaluate/probe/perturb/swap_words.ts";
export { typos, type TyposOptions } from "./lib/evaluate/probe/perturb/typos.ts";

// Changes of images
export { brightness } from "./lib/evaluate/probe/perturb_image/brightness.ts";
export { contrast } from "./lib/evaluate/probe/perturb_image/contrast.ts";
export { gaussianBlur } from "./lib/evaluate/probe/perturb_image/gaussian_blur.ts";
export { gaussianNoise } from "./lib/evaluate/probe/perturb_image/gaussian_noise.ts";
export type {
  ImagePerturbation,
  Severity,
  SeverityOptions,
} from "./lib/evaluate/probe/perturb_image/image_perturbation.ts";
export { impulseNoise } from "./lib/evaluate/probe/perturb_image/impulse_noise.ts";
export { jpegCompression } from "./lib/evaluate/probe/perturb_image/jpeg_compression.ts";
export { pixelate } from "./lib/evaluate/probe/perturb_image/pixelate.ts";
export { shotNoise } from "./lib/evaluate/probe/perturb_image/shot_noise.ts";

// Slices
export { findSlices, type FindSlicesOptions } from "./lib/evaluate/probe/slices/find_slices.ts";
export {
  scoreSlices,
  type ScoreSlicesOptions,
  type SliceRow,
} from "./lib/evaluate/probe/slices/score_slices.ts";
export type { SliceReport, SliceScore } from "./lib/evaluate/probe/slices/slice_report.ts";

// Rows that a model is not made for
export {
  energyOutliers,
  type EnergyOutliersOptions,
  maxSoftmaxOutliers,
} from "./lib/evaluate/probe/outliers/logit_outliers.ts";
export {
  type MahalanobisOutliers,
  mahalanobisOutliers,
  type MahalanobisOutliersOptions,
} from "./lib/evaluate/probe/outliers/mahalanobis_outliers.ts";
export {
  type OutlierReport,
  outlierReport,
  type OutlierReportOptions,
  type OutlierShare,
} from "./lib/evaluate/probe/outliers/outlier_report.ts";

// Groups
export {
  fairnessGaps,
  type FairnessGapsOptions,
} from "./lib/evaluate/probe/fairness/fairness_gaps.ts";
export type { FairnessGap, FairnessReport } from "./lib/evaluate/probe/fairness/fairness_report.ts";
export type { GroupRates, RateGaps } from "./lib/evaluate/probe/fairness/group_rates.ts";

// Attacks
export { attack, type AttackOptions } from "./lib/evaluate/probe/attack/attack.ts";
export type { AttackReport } from "./lib/evaluate/probe/attack/attack_report.ts";
export type { TextAttack } from "./lib/evaluate/probe/attack/attack_text.ts";
export {
  characterEdits,
  synonyms,
  type SynonymTable,
  type WordChange,
} from "./lib/evaluate/probe/attack/word_change.ts";
