/**
 * Runs a plan from the model's reference to the deployed folders.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { checkFolders, checkForms } from "../deploy/check_targets.ts";
import { deploy, type Receipt, type Trained } from "../deploy/target.ts";
import { openDevice, type State } from "../engine/mod.ts";
import { createPredictor, type Predictor } from "../evaluate/predict.ts";
import { naturalMetric } from "../metrics/mod.ts";
import type { Metric } from "../metrics/metric.ts";
import { predictionsOf } from "../metrics/predictions.ts";
import { loadModel, readModelConfig } from "../models/load_model.ts";
import { attachTo, modelWeights } from "../nn/model.ts";
import { parameters, type Trainee } from "../nn/trainee.ts";
import { trainedSlots } from "../nn/trained.ts";
import { textClassification } from "../tasks/text_classification.ts";
import { loadTokenizer } from "../text/tokenizer.ts";
import { trainSettings } from "../train/train_options.ts";
import { resolveModel } from "../weights/resolve_model.ts";
import { classWeightsOf } from "./class_weights.ts";
import { labelTexts } from "./label_texts.ts";
import { planMistakes } from "./plan_mistakes.ts";
import type { PlanParts } from "./plan_parts.ts";
import { prepareData, type PreparedData, type PreparedRows, readSplits } from "./prepare_data.ts";
import type { RunOptions } from "./run_options.ts";
import { describeResult, type RunResult, type RunSummary } from "./run_result.ts";
import { progressFor, runTraining } from "./run_training.ts";

export type { RunOptions } from "./run_options.ts";

/** Runs a plan. */
export async function runPlan(
  parts: PlanParts,
  options: RunOptions = {},
): Promise<RunResult<unknown>> {
  const settings = trainSettings(parts.train);
  const wrong = planMistakes(parts);
  if (wrong.length > 0) throw mistakes("input", "this plan makes no sense:", wrong);
  await checkFolders(parts.targets);
  const say = options.quiet ? () => {} : (line: string) => console.error(line);
  const splits = await readSplits(parts.data, parts.columns);
  const device = await openDevice(options.device);
  const files = await resolveModel(parts.model);
  const { architecture, config, json } = await readModelConfig(files.config);
  if (!files.tokenizer) {
    throw new TunebookError("weights", `${files.folder} has no tokenizer.json`);
  }
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer,
    modelType: architecture.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
  });
  const maxTokens = Math.min(settings.maxTokens, config.maxTokens);
  const data = await prepareData(splits, parts.columns, {
    tokenizer,
    maxTokens,
    padId: config.padId,
    usesTypes: architecture.usesTypes,
  });
  say(describeData(data, maxTokens));

  const model = await loadModel({
    reference: parts.model,
    config: files.config,
    weights: files.weights,
    outputs: data.outputs,
    seed: settings.seed,
  });
  const adapter = attachTo(model, await parts.method.open?.() ?? parts.method);
  checkLabels(adapter.labels, data);
  const task = textClassification({
    kind: data.kind,
    outputs: data.outputs,
    targets: data.train.targets,
    labelSmoothing: settings.labelSmoothing,
    ...classWeightsOf(settings.classWeights, data),
  });
  const trainee: Trainee = { model, adapter, task };
  checkForms(parts.targets, trainee);
  const trainedParameters = sizeOf(trainedSlots(model, adapter));
  const addedParameters = sizeOf(adapter.parameters);

  const judge = judgeOf(parts, data);
  let predictor: Predictor | undefined;
  const predict = async (state: State, rows: PreparedRows, progress?: Progress) => {
    predictor ??= await createPredictor(trainee, device, state);
    const logits = await predictor.logits(rows, progress ? { progress } : {});
    return {
      logits,
      predictions: predictionsOf({
        kind: data.kind,
        labels: data.labels,
        logits,
        truth: rows.truth,
      }),
    };
  };
  const result = await runTraining(trainee, data, {
    parts,
    settings,
    options,
    device,
    ...(data.validation
      ? {
        validate: async (state: State) => ({
          score: judge.compute((await predict(state, data.validation!)).predictions),
          better: judge.better,
        }),
      }
      : {}),
  });

  const finish = async () => {
    const showScores = progressFor(options, "evaluating", data.test.lengths.length, "rows");
    const { logits, predictions } = await predict(result.state, data.test, showScores);
    showScores.end();
    const scores = Object.fromEntries(
      Object.entries(parts.metrics).map(([name, metric]) => [name, metric.compute(predictions)]),
    );
    const trained: Trained = {
      trainee,
      values: await result.state.read(parameters),
      kind: data.kind,
      labels: data.labels,
      files,
      specialTokens: tokenizer.texts,
      maxTokens,
    };
    const receipts: Receipt[] = [];
    for (const target of parts.targets) {
      receipts.push(await deploy(target, trained, { device, rows: data.test, expected: logits }));
    }
    return { predictions, scores, receipts };
  };
  const dispose = async () => {
    await predictor?.dispose();
    result.state.dispose();
  };
  const { predictions, scores, receipts } = await finish().catch(async (error) => {
    await dispose();
    throw error;
  });
  const summary = {
    model: parts.model,
    method: parts.method.method,
    device: device.description,
    examples: data.train.lengths.length,
    epochs: settings.epochs,
    steps: result.step,
    trainSeconds: result.seconds,
    stepsHere: result.stepsHere,
    stepsPerSecond: result.seconds > 0 ? result.stepsHere / result.seconds : 0,
    ...(data.kind === "single" ? { baseline: baselineOf(data) } : {}),
    trainedParameters,
    totalParameters: sizeOf(modelWeights(model)) + addedParameters,
    scores,
    receipts,
  };
  return Object.freeze({
    ...summary,
    outputs: receipts.map(({ folder }) => folder),
    losses: result.losses,
    validations: result.validations,
    splits: data.report,
    predictions,
    predict: (texts: readonly string[]) =>
      labelTexts(texts, predictor!, data, {
        tokenizer,
        maxTokens,
        padId: config.padId,
        usesTypes: architecture.usesTypes,
      }),
    dispose,
    toString: () => describeResult(summary),
    [Symbol.for("Deno.customInspect")]: () => describeResult(summary),
    [Symbol.for("Jupyter.display")]: () => ({ "text/plain": describeResult(summary) }),
  });
}

/** The metric that chooses the best state: the first that was asked for and is a number. */
function judgeOf({ metrics }: PlanParts, { kind }: PreparedData): Metric {
  const numeric = Object.values(metrics).find(({ name, kinds }) =>
    kinds.includes(kind) && !name.endsWith(".perClass") && name !== "confusionMatrix"
  );
  return (numeric as Metric | undefined) ?? naturalMetric[kind];
}

/** An adapter that was made for other labels would give every score another meaning. */
function checkLabels(trained: readonly string[] | undefined, { kind, labels }: PreparedData): void {
  if (!trained || kind === "regression" || String(trained) === String(labels)) return;
  throw new TunebookError(
    "input",
    `the adapter was trained on the labels ${trained.join(", ")}, but the data has ` +
      `${labels.join(", ")}; use data with the same labels`,
  );
}

function describeData({ report, train, test }: PreparedData, maxTokens: number): string {
  const cut = train.encoded.truncated + test.encoded.truncated;
  const rows = train.lengths.length + test.lengths.length;
  return `${report}\n${cut} of ${rows} rows are longer than ${maxTokens} tokens and were cut`;
}

function sizeOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
    0,
  );
}

/** What always saying the most frequent label of the training rows would score on the test rows. */
function baselineOf({ labels, train, test }: PreparedData): RunSummary["baseline"] {
  const counts = labels.map((_, id) => countOf(train.truth, id));
  const most = counts.indexOf(Math.max(...counts));
  return { label: labels[most], accuracy: countOf(test.truth, most) / test.truth.length };
}

function countOf(truth: ArrayLike<number>, id: number): number {
  return Array.from(truth).filter((each) => each === id).length;
}
