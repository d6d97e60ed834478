/**
 * Runs a plan from the model's reference to the deployed folders.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { type Progress, showProgress, silentProgress } from "../core/progress.ts";
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
import { train, type TrainResult } from "../train/train.ts";
import { type TrainSettings, trainSettings } from "../train/train_options.ts";
import { resolveModel } from "../weights/resolve_model.ts";
import { classWeightsOf } from "./class_weights.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { labelTexts } from "./label_texts.ts";
import type { PlanParts } from "./plan_parts.ts";
import { prepareData, type PreparedData, type PreparedRows, readSplits } from "./prepare_data.ts";
import { describeResult, type RunResult } from "./run_result.ts";
import { onInterrupt } from "./on_interrupt.ts";

/** How to run a plan. */
export interface RunOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** Stops the run cleanly, like Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Shows no progress. */
  readonly quiet?: boolean;
}

/** Where an interrupted run without a checkpoint folder keeps its state. */
const rescueFolder = ".tunebook/interrupted";

/** Runs a plan. */
export async function runPlan(
  parts: PlanParts,
  options: RunOptions = {},
): Promise<RunResult<unknown>> {
  const settings = trainSettings(parts.train);
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
  const adapter = attachTo(model, parts.method);
  const task = textClassification({
    kind: data.kind,
    outputs: data.outputs,
    targets: data.train.targets,
    labelSmoothing: settings.labelSmoothing,
    ...classWeightsOf(settings.classWeights, data),
  });
  const trainee: Trainee = { model, adapter, task };
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
  const result = await runTraining(trainee, data, parts, settings, options, {
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
    maxTokens,
  };
  const receipts: Receipt[] = [];
  for (const target of parts.targets) {
    receipts.push(await deploy(target, trained, { device, rows: data.test, expected: logits }));
  }
  const summary = {
    model: parts.model,
    method: parts.method.method,
    device: device.description,
    examples: data.train.lengths.length,
    epochs: settings.epochs,
    steps: result.step,
    trainSeconds: result.seconds,
    stepsPerSecond: result.step / Math.max(result.seconds, 1e-9),
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
    async dispose() {
      await predictor?.dispose();
      result.state.dispose();
    },
    toString: () => describeResult(summary),
    [Symbol.for("Deno.customInspect")]: () => describeResult(summary),
    [Symbol.for("Jupyter.display")]: () => ({ "text/plain": describeResult(summary) }),
  });
}

async function runTraining(
  trainee: Trainee,
  data: PreparedData,
  parts: PlanParts,
  settings: TrainSettings,
  options: RunOptions,
  context: Pick<Parameters<typeof train>[2], "device" | "validate">,
): Promise<TrainResult> {
  using interrupt = onInterrupt(options.signal);
  let progress: Progress | undefined;
  const fingerprint = await fingerprintOf(parts, settings, data, trainee);
  const rescue = join(rescueFolder, String(fingerprint.data).slice(0, 12));
  const withFolder = settings.checkpoints ? settings : {
    ...settings,
    ...(settings.resume ? { checkpoints: rescue } : {}),
  };
  try {
    const result = await train(trainee, data.train, {
      ...context,
      settings: withFolder,
      fingerprint,
      rescueFolder: rescue,
      signal: interrupt.signal,
      onStep({ step, totalSteps, epoch, loss }) {
        progress ??= progressFor(options, "training", totalSteps, "steps", step - 1);
        progress.update(step, `epoch ${epoch.toFixed(1)} · loss ${loss.toFixed(3)}`);
      },
    });
    if (result.stopped !== "interrupted") return result;
    result.state.dispose();
    throw new TunebookError(
      "interrupted",
      `stopped after step ${result.step} of ${result.totalSteps}. The state is kept in ` +
        `${withFolder.checkpoints ?? rescue}; run the same plan with resume to continue.`,
    );
  } finally {
    progress?.end();
  }
}

/** The metric that chooses the best state: the first that was asked for and is a number. */
function judgeOf({ metrics }: PlanParts, { kind }: PreparedData): Metric {
  const numeric = Object.values(metrics).find(({ name, kinds }) =>
    kinds.includes(kind) && !name.endsWith(".perClass") && name !== "confusionMatrix"
  );
  return (numeric as Metric | undefined) ?? naturalMetric[kind];
}

function progressFor(
  { quiet }: RunOptions,
  title: string,
  total: number,
  unit: string,
  start = 0,
): Progress {
  return quiet ? silentProgress : showProgress({ title, total, unit, start });
}

function describeData({ report, train, test }: PreparedData, maxTokens: number): string {
  const cut = train.encoded.truncated + test.encoded.truncated;
  const rows = train.lengths.length + test.lengths.length;
  return `${report}\ntruncated to ${maxTokens} tokens: ${cut} of ${rows} rows`;
}

function sizeOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
    0,
  );
}
