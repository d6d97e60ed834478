/**
 * What is asked before anything is trained: whether data is right for fine-tuning, which method fits, what it takes.
 *
 * @module
 */
export type { Advice } from "./lib/pipeline/advise/advice.ts";
export type { AdviseOptions } from "./lib/pipeline/advise/advise_options.ts";
export type { PastForecast, TrainingCost } from "./lib/pipeline/advise/cost.ts";
export type { MeanInterval } from "./lib/pipeline/advise/cross_validated.ts";
export type {
  AdviceBaseline,
  AdviceGain,
  AdviceMethods,
  AdviceNoise,
  AdviceSize,
  DoubtfulLabel,
  Evidence,
} from "./lib/pipeline/advise/evidence.ts";
export type { Finding } from "./lib/pipeline/advise/findings.ts";
export type { Leakage, LeakedRow } from "./lib/pipeline/advise/leakage.ts";
export type { LearningCurve } from "./lib/pipeline/advise/learning_curve.ts";
export type { OrderDrift } from "./lib/pipeline/advise/order_drift.ts";
export type { RevealingWord } from "./lib/pipeline/advise/revealing_words.ts";
export type { ScoreDifference } from "./lib/pipeline/compare/difference_interval.ts";
export type { Verdict, VerdictKind } from "./lib/pipeline/advise/verdict.ts";
