/**
 * Runs of one candidate on the folds of a pool: its files, tokenizer and weights are opened once.
 *
 * @module
 */
import type { Device, State } from "../../engine/mod.ts";
import type { RowStatistics } from "../../metrics/metric.ts";
import type { Model } from "../../nn/model.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import { pickRows } from "../../table/source_rows.ts";
import { type StepReport, train } from "../../train/train.ts";
import type { TrainContext } from "../../train/train_context.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import type { Splits } from "../../table/splits.ts";
import { interruption } from "../../core/interruption.ts";
import { encodeSplits } from "../run/assemble_plan.ts";
import { attachMethod, type EncodedSplits, loadWith, trainableOf } from "../run/assemble_stage.ts";
import { checkAdapterLabels } from "../run/check_adapter_labels.ts";
import { checkTask } from "../run/check_task.ts";
import { dataForHead } from "../run/head_labels.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import { goesOn, splitsWithReference } from "../run/reference_stage.ts";
import { judgeOf } from "../run/score_stage.ts";
import { chooseRanks, requireValidation } from "../run/choose_ranks.ts";
import { type Scoring, scoringOf } from "../run/scoring.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type CandidateFigures, candidateFigures } from "./candidate_figures.ts";
import type { CandidateMetric } from "./candidates.ts";
import type { Pool } from "./pool.ts";
import type { FoldRows } from "./pool_folds.ts";

/** The score of one fold. */
export interface FoldScore {
  /** Which cut of the rows it is of, from 1. */
  readonly repeat: number;
  /** Which fold of the cut, from 1. */
  readonly fold: number;
  readonly score: number;
  /** Rows that were trained on, validation rows not among them. */
  readonly trainRows: number;
  /** Rows that were scored. */
  readonly testRows: number;
  /** Seconds of the training. */
  readonly seconds: number;
}

/** A fold with what tests of candidates need of its rows. */
export interface FoldResult extends FoldScore {
  /** The numbers of each test row that the score is made of, where it is made of some. */
  readonly statistics?: RowStatistics;
  /** Whether each test row has its one label right, as 1 or 0; absent for other predictions. */
  readonly right?: readonly number[];
  /** What the candidate costs, where that was measured with this fold. */
  readonly figures?: CandidateFigures;
}

/** How a fold is run. */
export interface FoldRunOptions {
  readonly signal: AbortSignal;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  /** Measures what the candidate costs. */
  readonly measures: boolean;
  /** Takes what the candidate says about the rows that are scored. */
  readonly onPredictions?: ((predictions: AnyPredictions) => void) | undefined;
}

/** One candidate, opened. */
export interface FoldRuns {
  run(rows: FoldRows, options: FoldRunOptions): Promise<FoldResult>;
}

/** The settings of a fold's training: the plan's without checkpoints, and with another seed in each repeat. */
export function foldSettings(
  { train }: Pick<PlanSpec, "train">,
  method: PlanSpec["method"],
  repeat: number,
): TrainSettings {
  const { checkpoints: _, checkpointEvery: __, keepCheckpoints: ___, resume: ____, ...kept } =
    train;
  const { samples: _____, snapshots: ______, ...own } = kept;
  const settings = trainSettings(own, method);
  return { ...settings, seed: settings.seed + repeat - 1 };
}

/** The rows of a fold as the splits of a run. */
export function foldSplits({ table, validation: own }: Pool, rows: FoldRows): Splits {
  const validation = rows.validation ? pickRows(table, rows.validation) : own;
  return {
    train: pickRows(table, rows.train),
    ...(validation ? { validation } : {}),
    test: pickRows(table, rows.test),
  };
}

/** Opens a candidate. Weights are read when the first fold needs them. */
export async function openFoldRuns(
  spec: PlanSpec,
  pool: Pool,
  { device, metric, signal }: {
    readonly device: Device;
    readonly metric: CandidateMetric;
    readonly signal: AbortSignal;
  },
): Promise<FoldRuns> {
  const whole = { splits: { train: pool.table, test: pool.table }, task: pool.task };
  const method = await spec.method.open?.() ?? spec.method;
  const opened = await openStage(spec, { signal, read: whole });
  const { task } = await dataForHead(opened, whole, method);
  const quantize = spec.quantize ?? method.quantize;
  const exact = device.inFloat32 ?? device;
  // Only the head depends on the seed.
  let kept: { readonly seed: number; readonly model: Promise<Model> } | undefined;
  const modelOf = (seed: number) => {
    if (kept?.seed !== seed) {
      kept = { seed, model: loadWith(opened, task, { seed, quantize, signal }) };
    }
    return kept.model;
  };
  return {
    async run(rows, { signal, onStep, measures, onPredictions }) {
      const settings = foldSettings(spec, method, rows.repeat);
      const model = await modelOf(settings.seed);
      const attached = await attachMethod(model, method, opened, task, settings);
      checkTask(model, attached.adapter, task);
      checkAdapterLabels(attached.adapter.labels, task);
      const processor = processorOf(opened, attached.maxTokens);
      const read = { splits: foldSplits(pool, rows), task };
      const asking = { device: exact, continues: goesOn(spec), signal };
      const encoded = await encodeSplits(read, processor, signal, {
        student: opened.config,
      });
      const data = await splitsWithReference(attached, encoded, asking);
      const trainable = trainableOf(attached, data.train, settings);
      await using scoring = scoringOf({ ...spec, metrics: {} }, trainable, exact);
      const validation = validated(judgeOf(spec, task) as CandidateMetric, data, scoring, signal);
      const { validate } = validation;
      requireValidation(trainable.adapter, validate);
      const result = await train(trainable, data.train, {
        device,
        settings,
        fingerprint: {},
        signal,
        ...(onStep ? { onStep } : {}),
        ...validation,
      });
      const { state, step } = result;
      try {
        if (result.stopped === "interrupted") throw interruption();
        const { seed } = settings;
        await chooseRanks(trainable.adapter, state, { validate, step, seed, signal });
        const outputs = await scoring.scorer.outputs(data.test, { state, signal });
        const predictions: AnyPredictions = data.test.predictions(outputs);
        onPredictions?.(predictions);
        await metric.prepare?.(predictions, { signal });
        const { repeat, fold } = rows;
        const trained = { trainable, task, files: opened.files, processor, ...attached };
        return {
          ...{ repeat, fold, score: metric.compute(predictions), seconds: result.seconds },
          ...{ trainRows: rows.train.length, testRows: rows.test.length },
          ...rowsOf(metric, predictions),
          ...(measures
            ? {
              figures: await candidateFigures(spec, trained, {
                state,
                exact,
                rows: data.test,
                signal,
              }),
            }
            : {}),
        };
      } finally {
        state.dispose();
      }
    },
  };
}

/** Scores the validation rows of a fold, where there are any, by what judges the plan. */
function validated(
  judge: CandidateMetric,
  { validation }: EncodedSplits,
  { scorer }: Pick<Scoring, "scorer">,
  signal: AbortSignal,
): Pick<TrainContext, "validate"> {
  if (!validation) return {};
  return {
    async validate(state: State) {
      const outputs = await scorer.outputs(validation, { state, signal });
      const predictions = validation.predictions(outputs);
      await judge.prepare?.(predictions, { signal });
      return { score: judge.compute(predictions), better: judge.better };
    },
  };
}

/** What tests of candidates need of the rows. */
function rowsOf(
  { additive }: CandidateMetric,
  predictions: AnyPredictions,
): Pick<FoldResult, "statistics" | "right"> {
  const { truth, predicted } = predictions as Predictions;
  return {
    ...(additive ? { statistics: additive.statistics(predictions) } : {}),
    ...(predictions.kind === "single"
      ? { right: Array.from(truth, (label, row) => Number(label === predicted[row])) }
      : {}),
  };
}
