/**
 * Runs a plan: read, open, assemble, train, score, deploy, one after the other.
 *
 * @module
 */
import { mistakes, type TunebookError } from "../../core/errors.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import { kernel } from "../../core/kernel.ts";
import { say } from "../../core/say.ts";
import { checkFolders, checkForms } from "../../deploy/check_targets.ts";
import type { TrainedModel } from "../../deploy/target.ts";
import { openDevice } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainSettings } from "../../train/train_options.ts";
import { planMistakes } from "../plan_mistakes.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type Assembled, assembleStage, type EncodedSplits } from "./assemble_stage.ts";
import { deployStage } from "./deploy_stage.ts";
import { onInterrupt } from "./on_interrupt.ts";
import { openStage } from "./open_stage.ts";
import { readStage } from "./read_stage.ts";
import { resultOf } from "./result_of.ts";
import { checkRunOptions, type RunOptions } from "./run_options.ts";
import type { RunResult } from "./run_result.ts";
import { judgeOf, scorerOf, scoreStage, validation } from "./score_stage.ts";
import { sourcesOf } from "./sources.ts";
import { trainStage } from "./train_stage.ts";

export type { RunOptions } from "./run_options.ts";

/** Runs a plan. */
export async function runPlan(
  spec: PlanSpec,
  options: RunOptions = {},
): Promise<RunResult<unknown>> {
  checkRunOptions(options);
  const wrong = planMistakes(spec);
  if (wrong.length > 0) throw mistakes("input", "this plan makes no sense:", wrong);
  await checkFolders(spec.targets, await sourcesOf(spec));
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;

  const read = await readStage(spec, signal);
  const method = await spec.method.open?.() ?? spec.method;
  const settings = trainSettings(spec.train, method);
  const device = await openDevice(options.device);
  const opened = await openStage(spec, { signal });
  const assembled = await assembleStage(spec, opened, read, { method, settings, signal });
  const { trainable, data } = assembled;
  if (!options.quiet) say(describeData(data, assembled));
  checkForms(spec.targets, trainable);

  const scorer = scorerOf(trainable, device);
  const judge = judgeOf(spec, read.task);
  const trained = await trainStage(trainable, data, {
    spec,
    settings,
    options,
    device,
    signal,
    sources: { weights: opened.files.weights, judge },
    ...(data.validation ? { validate: validation(judge, data.validation, scorer, signal) } : {}),
  }).catch(async (error) => {
    await scorer[Symbol.asyncDispose]();
    throw error;
  });
  const dispose = async () => {
    await scorer[Symbol.asyncDispose]();
    trained.state.dispose();
  };
  try {
    const { state } = trained;
    const scored = await scoreStage(spec, data.test, scorer, { state, options, signal });
    const model: TrainedModel = {
      trainable,
      values: await state.read(parameters),
      task: read.task,
      files: opened.files,
      ...(opened.tokenizer ? { specialTokens: opened.tokenizer.texts } : {}),
      maxTokens: assembled.maxTokens,
    };
    const proof = { examples: data.test, outputs: scored.outputs };
    const receipts = await deployStage(spec.targets, model, proof, { device, signal });
    await trained.forget();
    return resultOf({
      spec,
      settings,
      device,
      task: read.task,
      judge,
      assembled,
      trained,
      scored,
      receipts,
      outputsOf: (examples, signal) => scorer.outputs(examples, { state, signal }),
      dispose,
      signal: options.signal,
    });
  } catch (error) {
    await dispose();
    throw isInterruption(error) ? stoppedAfterTraining(trained) : error;
  }
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

function describeData(
  { report, train, validation, test }: EncodedSplits,
  { maxTokens, model: { family } }: Pick<Assembled, "maxTokens" | "model">,
): string {
  if (family.input !== "text") return String(report);
  const splits = [train, test, ...(validation ? [validation] : [])];
  const cut = splits.reduce((sum, { truncated }) => sum + truncated, 0);
  const rows = splits.reduce((sum, { rows }) => sum + rows, 0);
  return `${report}\n` +
    (cut === 0
      ? `no row is longer than ${maxTokens} tokens`
      : `${cut} of ${rows} rows are longer than ${maxTokens} tokens and were cut`);
}
