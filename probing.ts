/**
 * What probes a trained model beside its score: behavioural tests, and changes of texts that it must bear. All
 * of it is imported from "tunebook".
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
export { probe, type ProbedModel, type ProbeOptions } from "./lib/evaluate/probe/probe.ts";
export type { ProbeFailure, ProbeReport, ProbeResult } from "./lib/evaluate/probe/probe_report.ts";
export { templateTexts } from "./lib/evaluate/probe/templates.ts";

// Changes of texts
export { chineseSlips } from "./lib/evaluate/probe/perturb/chinese_slips.ts";
export { contractions } from "./lib/evaluate/probe/perturb/contractions.ts";
export { homoglyphs, type HomoglyphsOptions } from "./lib/evaluate/probe/perturb/homoglyphs.ts";
export { letterCase, type LetterCaseOptions } from "./lib/evaluate/probe/perturb/letter_case.ts";
export { negation } from "./lib/evaluate/probe/perturb/negation.ts";
export { swapNumbers } from "./lib/evaluate/probe/perturb/numbers.ts";
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
