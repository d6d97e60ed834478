/**
 * What a view of a training run shows: the curves so far, speed, memory and the time left.
 *
 * @module
 */
import type { RunCurves } from "../../chart/loss_chart.ts";
import type { MethodRecord } from "../../nn/method.ts";
import type { StepReport, StepsBefore, Validation } from "../../train/train.ts";

/** A run as it stands. */
export interface TrainingRecord extends RunCurves {
  readonly losses: readonly number[];
  /** Asks the method about the run so far. */
  methodRecord(): MethodRecord;
  readonly learningRates: readonly number[];
  readonly validations: readonly Validation[];
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly seconds: number;
  /** Tokens of the rows, without padding, of the last seconds. */
  readonly tokensPerSecond: number;
  /** What the steps that are left take at the present speed. */
  readonly secondsLeft: number;
  /** Memory of the process, the largest that was seen, in bytes. */
  readonly peakBytes: number;
}

/** Steps over which speed is measured. */
const window = 50;

/** Collects the events of a run. */
export function recordTraining(
  now: () => number = () => performance.now(),
  memory: () => number = () => Deno.memoryUsage().rss,
) {
  const began = now();
  const losses: number[] = [];
  const learningRates: number[] = [];
  const validations: Validation[] = [];
  const marks: { at: number; tokens: number }[] = [{ at: began, tokens: 0 }];
  let last: StepReport | undefined;
  let peakBytes = 0;
  return {
    /** Takes in what the run did before it was continued. */
    resume(before: StepsBefore): void {
      for (const loss of before.losses) losses.push(loss);
      for (const rate of before.learningRates) learningRates.push(rate);
      for (const validation of before.validations) validations.push(validation);
    },
    step(report: StepReport): void {
      last = report;
      losses.push(report.loss);
      learningRates.push(report.learningRate);
      marks.push({ at: now(), tokens: report.tokens });
      if (marks.length > window + 1) marks.shift();
    },
    validation: (validation: Validation): void => void validations.push(validation),
    read(): TrainingRecord {
      peakBytes = Math.max(peakBytes, memory());
      const seconds = (marks[marks.length - 1].at - marks[0].at) / 1000;
      const tokens = marks.slice(1).reduce((sum, mark) => sum + mark.tokens, 0);
      const { step = 0, totalSteps = 0, epoch = 0 } = last ?? {};
      const perStep = seconds / (marks.length - 1);
      return {
        losses,
        methodRecord: last?.methodRecord ?? (() => ({})),
        learningRates,
        validations,
        step,
        totalSteps,
        epoch,
        seconds: (now() - began) / 1000,
        tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
        secondsLeft: marks.length > 1 ? (totalSteps - step) * perStep : NaN,
        peakBytes,
      };
    },
  };
}
