/**
 * What the trained model says about rows, and the scores that metrics make of it.
 *
 * @module
 */
import type { Progress } from "../../core/progress.ts";
import type { Device, State } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { keptPredictor } from "../../evaluate/kept_predictor.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { EvaluationOptions } from "../../nn/forward_program.ts";
import type { FeaturePredictions } from "../../nn/feature_predictions.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { RolloutPredictions } from "../../nn/rollout_predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { WritingCase } from "../../nn/writing.ts";
import type { Outputs } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { rowInterval, type ScoreInterval } from "../compare/score_interval.ts";
import type { TrainContext } from "../../train/train.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { AnyExamples } from "./assemble_stage.ts";
import type { AskedRows } from "./predict_inputs.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { Sampler } from "../write/samples.ts";
import { writtenPredictions } from "../write/written_predictions.ts";
import { progressFor } from "./progress_for.ts";
import type { RunOptions } from "./run_options.ts";

/** A model that is run over examples, compiled when it is first asked. */
export interface Scorer extends AsyncDisposable {
  outputs(examples: AskedRows, options: {
    readonly state: State;
    readonly progress?: Progress;
    readonly signal?: AbortSignal | undefined;
    /** So many examples from the first on; all unless given. */
    readonly first?: number;
  }): Promise<Outputs>;
}

/** Opens a scorer; all runs read their parameters from the same state. */
export function scorerOf(
  trainable: TrainableModel,
  device: Device,
  how: EvaluationOptions = {},
): Scorer {
  let from: State | undefined;
  const kept = keptPredictor(() => createPredictor(trainable, device, from, how));
  return {
    outputs(examples, { state, progress, signal, first }) {
      from = state;
      const count = Math.min(first ?? Infinity, examples.lengths.length);
      return kept.use((predictor) =>
        predictor.outputs(examples, {
          signal,
          ...(progress ? { progress } : {}),
          ...(first === undefined ? {} : { chosen: Array.from({ length: count }, (_, at) => at) }),
        })
      );
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** What a model wrote for held-out rows. */
export interface WrittenRows {
  readonly predictions: TextPredictions;
  /** The row of the table of each text, from 0. */
  readonly rows: readonly number[];
}

/** Held-out rows to write for, and what writes. */
export interface ToWrite {
  readonly cases: readonly WritingCase[];
  readonly textModel: TextModel;
  /** Makes drawn tokens the same again. */
  readonly seed: number;
}

/** True where a plan asks for a metric that scores written texts alone. */
export function asksForTexts({ metrics, task }: Pick<PlanSpec, "metrics" | "task">): boolean {
  return Object.values(metrics).some(({ kinds }) =>
    !kinds.includes(task.kind) && kinds.includes("text")
  );
}

/** True where a plan asks for a metric of the features of drawn images. */
export function asksForFeatures({ metrics }: Pick<PlanSpec, "metrics">): boolean {
  return Object.values(metrics).some(({ kinds }) => kinds.includes("features"));
}

/** True where a plan asks for a metric of answers that rewards judge. */
export function asksForRewards({ metrics }: Pick<PlanSpec, "metrics">): boolean {
  return Object.values(metrics).some(scoresRewards);
}

/** Whether a metric scores answers that rewards judge. */
export function scoresRewards({ kinds }: Pick<AnyMetric, "kinds">): boolean {
  return kinds.includes("rollout");
}

/** Has a model answer prompts and rewards judge that. */
export type SampleAnswers = (
  examples: AnyExamples,
  state: State,
  moment: { readonly step: number; readonly progress?: Progress | undefined },
) => Promise<RolloutPredictions>;

/** What was said about the held-out rows. */
export interface Scored {
  readonly outputs: Outputs;
  readonly predictions: AnyPredictions;
  /** What the model wrote for the rows that ask something, where a metric of written texts was asked. */
  readonly written?: WrittenRows;
  /** What the model answered to held-out prompts, where a metric of rewards was asked. */
  readonly judged?: RolloutPredictions;
  readonly scores: Readonly<Record<string, unknown>>;
  /** How far other rows may be off, of each score that is a number. */
  readonly intervals: Readonly<Record<string, ScoreInterval>>;
  /** How scores were computed, of those that say so. */
  readonly signatures: Readonly<Record<string, string>>;
}

/** Runs the held-out rows, lets the model write where that is to be scored, and scores them. */
export async function scoreStage(
  { metrics, generate }: Pick<PlanSpec, "metrics" | "generate">,
  examples: AnyExamples,
  scorer: Scorer,
  { state, steps, options, signal, toWrite, compare, sample }: {
    readonly state: State;
    /** Steps that are done. */
    readonly steps: number;
    readonly options: RunOptions;
    readonly signal: AbortSignal;
    readonly toWrite?: ToWrite | undefined;
    /** Draws as many images as are held out and compares them, where that is scored. */
    readonly compare?: ((state: State) => Promise<FeaturePredictions>) | undefined;
    /** Samples answers that rewards judge. */
    readonly sample?: SampleAnswers | undefined;
  },
): Promise<Scored> {
  const progress = progressFor(options, "evaluating", examples.lengths.length, "rows");
  const outputs = await scorer.outputs(examples, { state, progress, signal });
  progress.end();
  const predictions = examples.predictions(outputs);
  const written = toWrite && await writeRows(toWrite, { generate, options, signal });
  const judged = sample && asksForRewards({ metrics })
    ? await sampleRows(examples, { sample, state, steps, options })
    : undefined;
  const made = [written?.predictions, judged, await compare?.(state)];
  const scored = Object.entries(metrics).map(([name, metric]): ScoredMetric => ({
    name,
    metric,
    predictions: [predictions, ...made].find((each) => each && metric.kinds.includes(each.kind)) ??
      predictions,
  }));
  for (const { metric, predictions } of scored) await metric.prepare?.(predictions, { signal });
  return {
    outputs,
    predictions,
    ...(written ? { written } : {}),
    ...(judged ? { judged } : {}),
    ...metricScores(scored),
  };
}

/** Answers held-out prompts, with a display of how many are done. */
export async function sampleRows(
  examples: AnyExamples,
  { sample, state, steps, options }: {
    readonly sample: SampleAnswers;
    readonly state: State;
    readonly steps: number;
    readonly options: RunOptions;
  },
): Promise<RolloutPredictions> {
  const prompts = examples.rollouts?.heldOut?.prompts ?? examples.rows;
  const progress = progressFor(options, "answering", prompts, "prompts");
  const found = await sample(examples, state, { step: steps, progress });
  progress.end();
  return found;
}

/** What metrics say. */
export function metricScores(
  scored: readonly ScoredMetric[],
): Pick<Scored, "scores" | "intervals" | "signatures"> {
  return {
    scores: Object.fromEntries(
      scored.map(({ name, metric, predictions }) => [name, metric.compute(predictions)]),
    ),
    intervals: intervalsOf(scored),
    signatures: Object.fromEntries(
      scored.flatMap(({ name, metric: { signature }, predictions }) =>
        signature ? [[name, signature(predictions)]] : []
      ),
    ),
  };
}

/** A metric and what it scores. */
export interface ScoredMetric {
  readonly name: string;
  readonly metric: AnyMetric;
  readonly predictions: AnyPredictions;
}

async function writeRows(
  { cases, textModel, seed }: ToWrite,
  { generate, options, signal }: Pick<PlanSpec, "generate"> & {
    readonly options: RunOptions;
    readonly signal: AbortSignal;
  },
): Promise<WrittenRows> {
  const progress = progressFor(options, "writing", cases.length, "rows");
  const how = { generate, seed, signal, progress };
  const predictions = await writtenPredictions(cases, textModel, how);
  progress.end();
  return { predictions, rows: cases.map(({ row }) => row) };
}

/** The intervals of the scores that are single numbers and can be computed on drawn rows. */
function intervalsOf(scored: readonly ScoredMetric[]): Record<string, ScoreInterval> {
  const found = scored.filter(({ metric }) => !metric.isTable).map(
    ({ name, metric, predictions }) =>
      [name, rowInterval(metric as Metric<number, AnyPredictions>, predictions)] as const,
  );
  return Object.fromEntries(
    found.filter(([, { over, low, high }]) =>
      over === "rows" && Number.isFinite(low) && Number.isFinite(high)
    ),
  );
}

/** What writes samples in the training. */
export interface SamplesOfRun {
  use(state: State): void;
  open(): TextModel;
  readonly sampler?: Sampler;
}

/**
 * Scores the present state on the validation rows, for the training loop, and writes samples; nothing
 * without such rows.
 */
export function validation(
  judge: AnyMetric,
  examples: AnyExamples | undefined,
  { scorer, writing, signal, sample }: {
    readonly scorer: Scorer;
    readonly writing: SamplesOfRun;
    readonly signal: AbortSignal;
    /** Samples answers that rewards judge. */
    readonly sample?: SampleAnswers | undefined;
  },
): Pick<TrainContext, "validate"> {
  if (!examples) return {};
  return {
    async validate(state, _signal, step) {
      const predictions: AnyPredictions = sample && scoresRewards(judge)
        ? await sample(examples, state, { step })
        : examples.predictions(await scorer.outputs(examples, { state, signal }));
      await judge.prepare?.(predictions, { signal });
      const score = judge.compute(predictions) as number;
      writing.use(state);
      await writing.sampler?.during(writing.open(), signal);
      return { score, better: judge.better };
    },
  };
}

/** The metric that chooses the best checkpoint: the first that was asked for and is a number. */
export function judgeOf(
  { metrics }: Pick<PlanSpec, "metrics">,
  { task, metric = task.metric }: AnyLabelledTask,
): AnyMetric {
  const numeric = Object.values(metrics).find(({ kinds, isTable }) =>
    (kinds.includes(task.kind) || kinds.includes(task.sampledKind ?? task.kind)) && !isTable
  );
  return numeric ?? metricOf(metric);
}

/** The name that a plan has for a metric; its own where the plan does not ask for it. */
export function metricNameOf(metric: AnyMetric, { metrics }: Pick<PlanSpec, "metrics">): string {
  return Object.entries(metrics).find(([, each]) => each === metric)?.[0] ?? metric.name;
}
