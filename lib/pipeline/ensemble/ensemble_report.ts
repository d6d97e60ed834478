/**
 * What an ensemble is worth: its scores beside those of its members, how well its doubt finds wrong answers, and
 * whether its probabilities mean what they say, before and after calibration.
 *
 * @module
 */
import { calibrationBins } from "../../chart/calibration_chart.ts";
import { isotonicCalibration } from "../../combine/calibration/isotonic_calibration.ts";
import { temperatureScaling } from "../../combine/calibration/temperature_scaling.ts";
import { type RowUncertainty, uncertaintyOf } from "../../combine/ensemble/uncertainty.ts";
import { Random } from "../../core/random.ts";
import type { LabelPredictions } from "../../metrics/class_score.ts";
import type { Metric } from "../../metrics/metric.ts";
import { ranksOf } from "../../metrics/ranks.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";
import { rowInterval, type ScoreInterval } from "../compare/score_interval.ts";

/** Metrics of labels that are single numbers, by the names of their scores. */
export type EnsembleMetrics = Readonly<Record<string, Metric<number, LabelPredictions>>>;

/** A member's scores, or the ensemble's, with their 95 % intervals. */
export interface MemberScores {
  readonly scores: Readonly<Record<string, number>>;
  readonly intervals: Readonly<Record<string, ScoreInterval>>;
}

/** How doubt and wrong answers go together. */
export interface DoubtFigures {
  /** The mean over rows that are right, in nats; NaN where there are none. */
  readonly right: number;
  /** The mean over rows that are wrong. */
  readonly wrong: number;
  /** How often a wrong row is doubted more than a right one: 0.5 says nothing, 1 everything. */
  readonly auc: number;
}

/** The ensemble's probabilities. */
export interface CalibrationFigures {
  /** The expected calibration error as it is. */
  readonly before: number;
  /** The same after temperature scaling, each half of the rows scaled by what the other half says. */
  readonly after: number;
  /** The same after isotonic calibration, whose curves need some thousand rows. */
  readonly afterIsotonic: number;
  /** The temperatures of the two halves. */
  readonly temperatures: readonly [number, number];
  /** The scaled predictions. */
  readonly scaled: LabelPredictions;
}

/** All figures of an ensemble. */
export interface EnsembleFigures {
  readonly members: Readonly<Record<string, MemberScores>>;
  readonly ensemble: MemberScores;
  /** The doubt about each row. */
  readonly uncertainty: readonly RowUncertainty[];
  /** All doubt. */
  readonly entropy: DoubtFigures;
  /** The members' disagreement. */
  readonly mutualInformation: DoubtFigures;
  readonly calibration: CalibrationFigures;
}

const bins = 10;

/** Computes all figures. */
export function ensembleFigures(
  members: Readonly<Record<string, LabelPredictions>>,
  together: LabelPredictions,
  { metrics, seed }: { readonly metrics: EnsembleMetrics; readonly seed: number },
): EnsembleFigures {
  const uncertainty = uncertaintyOf(Object.values(members));
  const right = rightRows(together);
  const doubtOf = (name: "entropy" | "mutualInformation") =>
    doubtFigures(uncertainty.map((row) => row[name]), right);
  return {
    members: Object.fromEntries(
      Object.entries(members).map(([name, each]) => [name, scoresOf(each, metrics)]),
    ),
    ensemble: scoresOf(together, metrics),
    uncertainty,
    entropy: doubtOf("entropy"),
    mutualInformation: doubtOf("mutualInformation"),
    calibration: calibrationFigures(together, seed),
  };
}

function scoresOf(predictions: LabelPredictions, metrics: EnsembleMetrics): MemberScores {
  const all = Object.entries(metrics);
  return {
    scores: Object.fromEntries(all.map(([name, metric]) => [name, metric.compute(predictions)])),
    intervals: Object.fromEntries(
      all.map(([name, metric]) => [name, rowInterval(metric, predictions)]),
    ),
  };
}

/** Whether all labels of each row are right. */
function rightRows({ kind, rows, labels, truth, predicted }: LabelPredictions): boolean[] {
  const each = kind === "single" ? 1 : labels.length;
  return Array.from(
    { length: rows },
    (_, row) =>
      Array.from({ length: each }, (_, at) => row * each + at)
        .every((at) => truth[at] === predicted[at]),
  );
}

function doubtFigures(doubts: readonly number[], right: readonly boolean[]): DoubtFigures {
  const of = (isRight: boolean) => doubts.filter((_, row) => right[row] === isRight);
  const [sure, wrong] = [of(true), of(false)];
  const ranks = ranksOf(doubts);
  const sum = ranks.reduce((all, rank, row) => right[row] ? all : all + rank, 0);
  // The statistic of Mann and Whitney.
  const above = sum - wrong.length * (wrong.length + 1) / 2;
  return { right: mean(sure), wrong: mean(wrong), auc: above / (sure.length * wrong.length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean distance of said and true probabilities of some rows and others, weighted by rows (Guo et al. 2017). */
function calibrationError(...parts: readonly LabelPredictions[]): number {
  const all = parts.map((part) => calibrationBins(part, bins));
  let [distance, rows] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const filled = all.map((each) => each[bin]).filter((each) => each.rows > 0);
    distance += Math.abs(
      filled.reduce((sum, each) => sum + each.rows * (each.said - each.right), 0),
    );
    rows += filled.reduce((sum, each) => sum + each.rows, 0);
  }
  return distance / rows;
}

/** The predictions of some rows. */
function ofRows(
  { kind, labels, logits, truth }: LabelPredictions,
  rows: readonly number[],
): LabelPredictions {
  const pick = (values: ArrayLike<number>, each: number) =>
    rows.flatMap((row) => Array.from({ length: each }, (_, at) => values[row * each + at]));
  const outputs = labels.length;
  return predictionsOf({
    kind,
    labels,
    logits: Float32Array.from(pick(logits, outputs)),
    truth: pick(truth, kind === "single" ? 1 : outputs),
  });
}

function calibrationFigures(predictions: LabelPredictions, seed: number): CalibrationFigures {
  const { rows, labels: { length: outputs } } = predictions;
  const order = Random.fromSeed(seed, "calibration").shuffle(
    Array.from({ length: rows }, (_, i) => i),
  );
  const halves = [order.slice(0, rows >> 1), order.slice(rows >> 1)];
  const isotonic = halves.map((own, half) =>
    isotonicCalibration(ofRows(predictions, halves[1 - half])).apply(ofRows(predictions, own))
  );
  const logits = new Float32Array(predictions.logits.length);
  const temperatures = halves.map((own, half) => {
    const { temperature } = temperatureScaling(ofRows(predictions, halves[1 - half]));
    for (const row of own) {
      for (let at = row * outputs; at < (row + 1) * outputs; at++) {
        logits[at] = predictions.logits[at] / temperature;
      }
    }
    return temperature;
  });
  const { kind, labels, truth } = predictions;
  const scaled = predictionsOf({ kind, labels, logits, truth: Array.from(truth) });
  return {
    before: calibrationError(predictions),
    after: calibrationError(scaled),
    afterIsotonic: calibrationError(...isotonic),
    temperatures: [temperatures[0], temperatures[1]],
    scaled,
  };
}
