/**
 * What an advice rests on.
 *
 * @module
 */
import type { Method } from "../../nn/method.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { ScoreDifference } from "../compare/difference_interval.ts";
import type { ShareInterval } from "../../serve/watch/accuracy/estimated_accuracy.ts";
import type { TrainingCost } from "./cost.ts";
import type { MeanInterval } from "./cross_validated.ts";
import type { Leakage } from "./leakage.ts";
import type { LearningCurve } from "./learning_curve.ts";
import type { OrderDrift } from "./order_drift.ts";

/** What something that needs no fine-tuning reaches on training rows that it has not learned from. */
export interface AdviceBaseline {
  readonly name: string;
  readonly score: MeanInterval;
}

/** Rows that the claimed difference needs. */
export interface AdviceSize {
  /** Test rows that show the difference in four of five samples. */
  readonly neededRows: number;
  readonly testRows: number;
  /** Rows of all splits. */
  readonly allRows: number;
  /** How likely the test rows that there are show it. */
  readonly power: number;
  /** The least difference that they show in four of five samples. */
  readonly detectable: number;
}

/** A training row that is likely labelled wrongly. */
export interface DoubtfulLabel {
  /** Its number in its source, from 1. */
  readonly number: number;
  readonly text: string;
  readonly label: string;
  /** The class that it is surely taken for. */
  readonly suggested: string;
}

/** How many labels are likely wrong. */
export interface AdviceNoise {
  readonly share: ShareInterval;
  readonly rows: readonly DoubtfulLabel[];
}

/** The best method on training rows that were held out, less the best thing that needs no fine-tuning. */
export interface AdviceGain extends MeanInterval {
  readonly method: string;
  readonly over: string;
  readonly rows: number;
}

/** What the methods reached on training rows that were held out. */
export interface AdviceMethods {
  readonly comparison: Comparison;
  /** Methods of which other rows may show that they are as good as the best one. */
  readonly alike: readonly string[];
  /** The best method less each other one by the comparison's score, on the same rows; above 0 it is better. */
  readonly differences: Readonly<Record<string, ScoreDifference>>;
}

/** Everything that was found. What could not be is absent, and `unknown` says why. */
export interface Evidence {
  /** The difference of scores that matters to the person. */
  readonly difference: number;
  /** What scores are: accuracy, the share of right words, R². */
  readonly score: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly leakage: Leakage;
  readonly drift?: OrderDrift & { readonly isTime: boolean };
  readonly baselines: readonly AdviceBaseline[];
  readonly size?: AdviceSize;
  readonly curve?: LearningCurve;
  readonly noise?: AdviceNoise;
  readonly measured?: AdviceMethods;
  readonly gain?: AdviceGain;
  /** The method to begin with, and why. */
  readonly method: Method;
  readonly reason: string;
  readonly cost?: TrainingCost;
  /** What could not be answered, in sentences. */
  readonly unknown: readonly string[];
}

/** The best of what needs no fine-tuning, or undefined where nothing was asked. */
export function bestBaseline(
  { baselines }: Pick<Evidence, "baselines">,
): AdviceBaseline | undefined {
  return baselines.reduce<AdviceBaseline | undefined>(
    (best, each) => best && best.score.mean >= each.score.mean ? best : each,
    undefined,
  );
}
