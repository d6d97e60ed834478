/**
 * The last stages of a run: scores on the held-out rows, and the folders that are written.
 *
 * @module
 */
import { interruption } from "../../core/interruption.ts";
import type { Progress } from "../../core/progress.ts";
import { deploy, type Receipt, type Trained } from "../../deploy/target.ts";
import type { Device } from "../../engine/mod.ts";
import type { Predictions } from "../../metrics/metric.ts";
import type { PlanParts } from "../plan_parts.ts";
import type { PreparedData, PreparedRows } from "./prepare_data.ts";
import type { RunOptions } from "./run_options.ts";
import type { RunSummary } from "./run_result.ts";
import { progressFor } from "./run_training.ts";

/** What the stages need beside the plan and the data. */
export interface FinishStage {
  readonly options: RunOptions;
  readonly device: Device;
  readonly trained: Trained;
  readonly signal: AbortSignal;
  /** What the trained model says about rows. */
  predict(rows: PreparedRows, progress: Progress): Promise<Answers>;
}

/** What a model says about rows: [rows · outputs] logits, and what metrics make of them. */
export interface Answers {
  readonly logits: Float32Array;
  readonly predictions: Predictions;
}

/** What the stages leave. */
export interface Finished {
  readonly predictions: Predictions;
  readonly scores: Readonly<Record<string, unknown>>;
  readonly receipts: readonly Receipt[];
}

/** Scores the held-out rows, then writes and proves each target in turn. */
export async function finishRun(
  { metrics, targets }: PlanParts,
  { test }: PreparedData,
  { options, device, trained, signal, predict }: FinishStage,
): Promise<Finished> {
  const progress = progressFor(options, "evaluating", test.lengths.length, "rows");
  const { logits, predictions } = await predict(test, progress);
  progress.end();
  const scores = Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [name, metric.compute(predictions)]),
  );
  const receipts: Receipt[] = [];
  for (const target of targets) {
    if (signal.aborted) throw interruption();
    receipts.push(await deploy(target, trained, { device, rows: test, expected: logits, signal }));
  }
  return { predictions, scores, receipts };
}

/** What always saying the most frequent label of the training rows would score on the test rows. */
export function baselineOf({ labels, train, test }: PreparedData): RunSummary["baseline"] {
  const counts = labels.map((_, id) => countOf(train.truth, id));
  const most = counts.indexOf(Math.max(...counts));
  return { label: labels[most], accuracy: countOf(test.truth, most) / test.truth.length };
}

function countOf(truth: ArrayLike<number>, id: number): number {
  return Array.from(truth).filter((each) => each === id).length;
}
