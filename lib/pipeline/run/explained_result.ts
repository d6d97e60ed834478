/**
 * What a result says of its answers: why they are what they are, where they are wrong, and which training rows they come
 * from.
 *
 * @module
 */
import { type ChangesOptions, checkChangesOptions } from "../changes/changes_options.ts";
import type { ModelChanges } from "../changes/model_changes.ts";
import type { AnalysedSplit } from "../error_analysis/duplicates.ts";
import type { ErrorAnalysis } from "../error_analysis/error_analysis.ts";
import {
  checkErrorAnalysisOptions,
  type ErrorAnalysisOptions,
} from "../error_analysis/error_analysis_options.ts";
import type { AnyExplanation } from "../explain/explanation.ts";
import { checkExplainOptions, type ExplainOptions } from "../explain/explain_options.ts";
import type { Influence } from "../influence/influence.ts";
import { checkInfluenceOptions, type InfluenceOptions } from "../influence/influence_options.ts";
import { progressFor } from "./progress_for.ts";
import { checkLogitLensOptions, type LogitLensOptions } from "../lens/lens_options.ts";
import type { LogitLens } from "../lens/logit_lens.ts";
import type { ExplainableModel } from "../explain/explainable_model.ts";
import type { DataSource } from "../plan_spec.ts";
import { onCellInterrupt } from "./on_interrupt.ts";
import type { StageResults } from "./stage_results.ts";

/** The methods of a result that explain it. */
export function explainedResult(stages: StageResults) {
  return {
    explain: (inputs: readonly unknown[], options: ExplainOptions = {}) =>
      explanationsOf(stages, inputs, options),
    logitLens: (inputs: readonly unknown[], options: LogitLensOptions = {}) =>
      lensesOf(stages, inputs, options),
    changes: (options: ChangesOptions = {}) => changesOf(stages, options),
    errorAnalysis: (options: ErrorAnalysisOptions = {}) => errorsOf(stages, options),
    influence: (rows: DataSource, options: InfluenceOptions = {}) =>
      influenceOf(stages, rows, options),
  };
}

function explainableModel(
  { task, assembled, device, trained, outputsOf }: StageResults,
  signal: AbortSignal,
): ExplainableModel {
  const { processor, trainable } = assembled;
  return {
    task,
    processor,
    device: device.inFloat32 ?? device,
    trainableOf: () => trainable,
    stateOf: () => Promise.resolve(trained.state),
    outputsOf: (examples) => outputsOf(examples, signal),
  };
}

async function explanationsOf(
  stages: StageResults,
  inputs: readonly unknown[],
  options: ExplainOptions,
): Promise<AnyExplanation[]> {
  checkExplainOptions(options);
  using interrupt = onCellInterrupt(options.signal ?? stages.signal);
  const { signal } = interrupt;
  const { explainInputs } = await import("../explain/explain_inputs.ts");
  return await explainInputs(inputs, options, explainableModel(stages, signal), signal);
}

async function lensesOf(
  stages: StageResults,
  inputs: readonly unknown[],
  options: LogitLensOptions,
): Promise<LogitLens[]> {
  checkLogitLensOptions(options);
  using interrupt = onCellInterrupt(options.signal ?? stages.signal);
  const { signal } = interrupt;
  const { lookThroughLens } = await import("../lens/look_through_lens.ts");
  return await lookThroughLens(inputs, options, explainableModel(stages, signal), signal);
}

async function changesOf(
  { spec, device, trained: { state }, assembled: { trainable, data }, signal }: StageResults,
  options: ChangesOptions,
): Promise<ModelChanges> {
  checkChangesOptions(options);
  using interrupt = onCellInterrupt(options.signal ?? signal);
  const { findChanges } = await import("../changes/find_changes.ts");
  return await findChanges(options, {
    trainable,
    state,
    method: spec.method.method,
    device: device.inFloat32 ?? device,
    held: data.test,
  }, interrupt.signal);
}

async function errorsOf(
  { task: { task }, splits, assembled: { data }, scored, signal: outer }: StageResults,
  options: ErrorAnalysisOptions,
): Promise<ErrorAnalysis> {
  checkErrorAnalysisOptions(options);
  using interrupt = onCellInterrupt(options.signal ?? outer);
  const { predictions } = scored;
  const held = (["train", "validation", "test"] as const).flatMap((name): AnalysedSplit[] => {
    const [table, examples] = [splits[name], data[name]];
    return table && examples ? [{ name, table, examples }] : [];
  });
  const { analyseErrors } = await import("../error_analysis/analyse_errors.ts");
  return await analyseErrors({ task, predictions, splits: held }, options, interrupt.signal);
}

async function influenceOf(
  stages: StageResults,
  rows: DataSource,
  options: InfluenceOptions,
): Promise<Influence> {
  checkInfluenceOptions(options);
  const { task, device, settings, splits, assembled, trained, quiet } = stages;
  const { processor, trainable, data } = assembled;
  using interrupt = onCellInterrupt(options.signal ?? stages.signal);
  const { findInfluence } = await import("../influence/find_influence.ts");
  return await findInfluence(rows, options, {
    ...{ task, processor, trainable, settings },
    device: device.inFloat32 ?? device,
    state: trained.state,
    totalSteps: trained.totalSteps,
    train: { table: splits.train, examples: data.train },
    progress: (title, total) => progressFor({ quiet }, title, total, "rows"),
  }, interrupt.signal);
}
