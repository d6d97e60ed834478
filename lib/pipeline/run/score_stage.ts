/**
 * What the trained model says about rows, and the scores that metrics make of it.
 *
 * @module
 */
import type { Progress } from "../../core/progress.ts";
import type { Device, State } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import type { Metric } from "../../metrics/metric.ts";
import { keptPredictor } from "../../evaluate/kept_predictor.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Outputs } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { rowInterval, type ScoreInterval } from "../compare/score_interval.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { AnyExamples } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import { progressFor } from "./progress_for.ts";
import type { RunOptions } from "./run_options.ts";

/** A model that is run over examples, compiled when it is first asked. */
export interface Scorer extends AsyncDisposable {
  outputs(examples: AnyExamples, options: {
    readonly state: State;
    readonly progress?: Progress;
    readonly signal?: AbortSignal | undefined;
  }): Promise<Outputs>;
}

/** Opens a scorer; all runs read their parameters from the same state. */
export function scorerOf(trainable: TrainableModel, device: Device): Scorer {
  let from: State | undefined;
  const kept = keptPredictor(() => createPredictor(trainable, device, from));
  return {
    outputs(examples, { state, progress, signal }) {
      from = state;
      return kept.use((predictor) =>
        predictor.outputs(examples, { signal, ...(progress ? { progress } : {}) })
      );
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** What was said about the held-out rows. */
export interface Scored {
  readonly outputs: Outputs;
  readonly predictions: AnyPredictions;
  readonly scores: Readonly<Record<string, unknown>>;
  /** How far other rows may be off, of each score that is a number. */
  readonly intervals: Readonly<Record<string, ScoreInterval>>;
  /** How scores were computed, of those that say so. */
  readonly signatures: Readonly<Record<string, string>>;
}

/** Runs the held-out rows and scores them. */
export async function scoreStage(
  { metrics }: Pick<PlanSpec, "metrics">,
  examples: AnyExamples,
  scorer: Scorer,
  { state, options, signal }: {
    readonly state: State;
    readonly options: RunOptions;
    readonly signal: AbortSignal;
  },
): Promise<Scored> {
  const progress = progressFor(options, "evaluating", examples.lengths.length, "rows");
  const outputs = await scorer.outputs(examples, { state, progress, signal });
  progress.end();
  const predictions = examples.predictions(outputs);
  for (const metric of Object.values(metrics)) await metric.prepare?.(predictions, { signal });
  const scores = Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [name, metric.compute(predictions)]),
  );
  return {
    outputs,
    predictions,
    scores,
    intervals: intervalsOf(metrics, predictions),
    signatures: Object.fromEntries(
      Object.entries(metrics).flatMap(([name, { signature }]) =>
        signature ? [[name, signature(predictions)]] : []
      ),
    ),
  };
}

/** The intervals of the scores that are single numbers and can be computed on drawn rows. */
function intervalsOf(
  metrics: PlanSpec["metrics"],
  predictions: AnyPredictions,
): Record<string, ScoreInterval> {
  const found = Object.entries(metrics).filter(([, { isTable }]) => !isTable).map((
    [name, metric],
  ) => [name, rowInterval(metric as Metric<number, AnyPredictions>, predictions)] as const);
  return Object.fromEntries(
    found.filter(([, { over, low, high }]) =>
      over === "rows" && Number.isFinite(low) && Number.isFinite(high)
    ),
  );
}

/** Scores the present state on the validation rows, for the training loop. */
export function validation(
  judge: AnyMetric,
  examples: AnyExamples,
  scorer: Scorer,
  signal: AbortSignal,
): (state: State) => Promise<{ score: number; better: "higher" | "lower" }> {
  return async (state) => {
    const outputs = await scorer.outputs(examples, { state, signal });
    const predictions = examples.predictions(outputs);
    await judge.prepare?.(predictions, { signal });
    const score = judge.compute(predictions) as number;
    return { score, better: judge.better };
  };
}

/** The metric that chooses the best checkpoint: the first that was asked for and is a number. */
export function judgeOf(
  { metrics }: Pick<PlanSpec, "metrics">,
  { task, metric = task.metric }: AnyLabelledTask,
): AnyMetric {
  const numeric = Object.values(metrics).find(({ kinds, isTable }) =>
    kinds.includes(task.kind) && !isTable
  );
  return numeric ?? metricOf(metric);
}
