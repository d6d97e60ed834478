/**
 * Runs a plan from the model's reference to the deployed folders.
 *
 * @module
 */
import { jupyterDisplay } from "../../core/display.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import { kernel } from "../../core/kernel.ts";
import { stopPoint } from "../../core/pauses.ts";
import type { Progress } from "../../core/progress.ts";
import { say } from "../../core/say.ts";
import { checkFolders, checkForms } from "../../deploy/check_targets.ts";
import type { Trained } from "../../deploy/target.ts";
import { openDevice, sizeOf, type State } from "../../engine/mod.ts";
import { createPredictor, type Predictor } from "../../evaluate/predict.ts";
import { naturalMetric } from "../../metrics/mod.ts";
import type { Metric } from "../../metrics/metric.ts";
import { predictionsOf } from "../../metrics/predictions.ts";
import { loadModel } from "../../models/load_model.ts";
import { modelWeights, openOn } from "../../nn/model.ts";
import { parameters, type TrainableModel } from "../../nn/trainable_model.ts";
import { trainedSlots } from "../../nn/trained.ts";
import { checkPacking, packingObstacle } from "../../train/packing.ts";
import { trainSettings } from "../../train/train_options.ts";
import { checkHead } from "./check_head.ts";
import { classWeightsOf } from "./class_weights.ts";
import { type Answers, baselineOf, finishRun } from "./finish_run.ts";
import { labelTexts } from "./label_texts.ts";
import { onCellInterrupt, onInterrupt } from "./on_interrupt.ts";
import { openBase } from "./open_base.ts";
import { planMistakes } from "../plan_mistakes.ts";
import type { PlanParts } from "../plan_parts.ts";
import {
  prepareData,
  type PreparedData,
  type PreparedRows,
  readSplits,
  readTrainingLabels,
} from "./prepare_data.ts";
import type { RunOptions } from "./run_options.ts";
import { resultDisplay, shownReceipts, shownScores } from "../display/result_display.ts";
import { describeResult, type RunResult } from "./run_result.ts";
import { runTraining } from "./run_training.ts";
import { sourcesOf } from "./sources.ts";
import { objectiveOf } from "./objective_of.ts";
import { textRoom } from "./text_room.ts";

export type { RunOptions } from "./run_options.ts";

/** Runs a plan. */
export async function runPlan(
  parts: PlanParts,
  options: RunOptions = {},
): Promise<RunResult<unknown>> {
  const wrong = planMistakes(parts);
  if (wrong.length > 0) throw mistakes("input", "this plan makes no sense:", wrong);
  await checkFolders(parts.targets, await sourcesOf(parts));
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const mayStop = () => stopPoint(signal, () => "stopped before the training; nothing was trained");
  const splits = await readSplits(parts.data, parts.columns, signal);
  const method = await parts.method.open?.() ?? parts.method;
  const settings = trainSettings(parts.train, method);
  const trainLabels = readTrainingLabels(splits, parts.columns);
  const classWeights = classWeightsOf(settings.classWeights, trainLabels);
  const device = await openDevice(options.device);
  const { files, family, config, tokenizer } = await openBase(parts.model, signal);
  await mayStop();
  // The method may take tokens from the text, so it is attached before the rows are encoded.
  const model = await loadModel({
    reference: parts.model,
    config: files.config,
    weights: files.weights,
    ...(trainLabels ? { outputs: trainLabels.names.length } : {}),
    seed: settings.seed,
    quantize: parts.quantize ?? parts.method.quantize,
    signal,
  });
  const adapter = await openOn(model, method, {
    encode: (text) => Int32Array.from(tokenizer.encode(text).ids),
    ...(trainLabels && trainLabels.kind !== "regression" ? { labels: trainLabels.names } : {}),
  });
  await mayStop();
  checkPacking(settings, packingObstacle({ adapter }));
  const maxTokens = textRoom(settings.maxTokens, config, adapter);
  const data = await prepareData(splits, parts.columns, {
    tokenizer,
    maxTokens,
    padId: config.padId,
    usesTypes: family.usesTypes,
    signal,
  });
  if (!options.quiet) say(describeData(data, maxTokens));

  checkLabels(adapter.labels, data);
  if (settings.epochs === 0) checkHead(model, adapter);
  const objective = objectiveOf(data, {
    labelSmoothing: settings.labelSmoothing,
    ...classWeights,
    vocabulary: config.vocabulary,
    adapter,
  });
  const trainable: TrainableModel = { model, adapter, objective };
  checkForms(parts.targets, trainable);
  const trainedParameters = countNumbers(trainedSlots(model, adapter));
  const addedParameters = countNumbers(adapter.parameters);

  const judge = judgeOf(parts, data);
  let predictor: Predictor | undefined;
  const predict = async (
    state: State,
    rows: PreparedRows,
    progress?: Progress,
  ): Promise<Answers> => {
    predictor ??= await createPredictor(trainable, device, state);
    const logits = await predictor.logits(rows, { signal, ...(progress ? { progress } : {}) });
    return {
      logits,
      predictions: predictionsOf({
        kind: data.kind,
        labels: data.kind === "language" ? ["loss"] : data.labels,
        logits,
        truth: rows.truth,
      }),
    };
  };
  const result = await runTraining(trainable, data, {
    parts,
    settings,
    options,
    device,
    signal,
    sources: { weights: files.weights, judge: judge.name },
    ...(data.validation
      ? {
        validate: async (state: State) => ({
          score: judge.compute((await predict(state, data.validation!)).predictions),
          better: judge.better,
        }),
      }
      : {}),
  }).catch(async (error) => {
    await predictor?.dispose();
    throw error;
  });

  const finish = async () => {
    const trained: Trained = {
      trainable,
      values: await result.state.read(parameters),
      kind: data.kind,
      labels: data.labels,
      files,
      specialTokens: tokenizer.texts,
      maxTokens,
    };
    return await finishRun(parts, data, {
      options,
      device,
      signal,
      trained,
      predict: (rows, progress) => predict(result.state, rows, progress),
    });
  };
  const dispose = async () => {
    await predictor?.dispose();
    result.state.dispose();
  };
  const finished = await finish().catch(async (error) => {
    await dispose();
    throw isInterruption(error) ? stoppedAfterTraining(result) : error;
  });
  await result.forget();
  const { predictions } = finished;
  const baseline = data.kind === "single" ? { baseline: baselineOf(data) } : {};
  const scores = shownScores(finished.scores, { predictions, ...baseline });
  const receipts = shownReceipts(finished.receipts);
  const summary = {
    model: parts.model,
    method: parts.method.method,
    device: device.description,
    examples: data.train.lengths.length,
    epochs: settings.epochs,
    steps: result.step,
    trainSeconds: result.seconds,
    packing: result.packing,
    stepsHere: result.stepsHere,
    stepsPerSecond: result.seconds > 0 ? result.stepsHere / result.seconds : 0,
    ...baseline,
    trainedParameters,
    totalParameters: countNumbers(modelWeights(model)) + addedParameters,
    scores,
    receipts,
  };
  const methodRecord = result.methodRecord ? { methodRecord: result.methodRecord } : {};
  return Object.freeze({
    ...summary,
    outputs: receipts.map(({ folder }) => folder),
    losses: result.losses,
    ...methodRecord,
    validations: result.validations,
    splits: data.report,
    predictions,
    async predict(texts: readonly string[]) {
      using interrupt = onCellInterrupt(options.signal);
      return await labelTexts(texts, predictor!, data, {
        tokenizer,
        maxTokens,
        padId: config.padId,
        usesTypes: family.usesTypes,
        signal: interrupt.signal,
      });
    },
    dispose,
    toString: () => describeResult(summary),
    [Symbol.for("Deno.customInspect")]: () => describeResult(summary),
    [jupyterDisplay]: () =>
      resultDisplay({
        ...summary,
        ...methodRecord,
        predictions,
        losses: result.losses,
        validations: result.validations,
      }),
  });
}

function stoppedAfterTraining({ folder, step }: { folder?: string; step: number }): TunebookError {
  return interruption(
    `stopped after the ${step} steps of the training. ` +
      (folder === undefined
        ? "Its state was not kept, since the plan names no folder for checkpoints."
        : `The state is kept in ${folder}; ${
          kernel() ? "run the cell again" : "run the same plan with resume"
        } to go on with the scores.`),
  );
}

/** The metric that chooses the best state: the first that was asked for and is a number. */
function judgeOf({ metrics }: PlanParts, { kind }: PreparedData): Metric {
  const numeric = Object.values(metrics).find(({ name, kinds }) =>
    kinds.includes(kind) && !name.endsWith(".perClass") && name !== "confusionMatrix"
  );
  return (numeric as Metric | undefined) ?? naturalMetric[kind];
}

const named = (labels: readonly string[]) =>
  labels.length > 0 ? `the labels ${labels.join(", ")}` : "no labels (next tokens)";

/** An adapter that was made for other labels would give every score another meaning. */
function checkLabels(trained: readonly string[] | undefined, { kind, labels }: PreparedData): void {
  if (!trained || kind === "regression" || String(trained) === String(labels)) return;
  throw new TunebookError(
    "input",
    `the adapter was trained on ${named(trained)}, but the data has ` +
      `${named(labels)}; use data with the same labels`,
  );
}

function describeData(data: PreparedData, maxTokens: number): string {
  const { report, train, validation, test } = data;
  const splits = [train, test, ...(validation ? [validation] : [])];
  const cut = splits.reduce((sum, { encoded }) => sum + encoded.truncated, 0);
  const rows = splits.reduce((sum, { lengths }) => sum + lengths.length, 0);
  return `${report}\n` +
    (cut === 0
      ? `no row is longer than ${maxTokens} tokens`
      : `${cut} of ${rows} rows are longer than ${maxTokens} tokens and were cut`);
}

function countNumbers(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
