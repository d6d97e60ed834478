/**
 * The result of a run out of what its stages left. What may be asked of it later is loaded when it is asked.
 *
 * @module
 */
import { customInspect, jupyterDisplay } from "../../core/display.ts";
import { sizeOf } from "../../engine/mod.ts";
import { modelWeights } from "../../nn/model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { shownAs, shownPredictions } from "../display/predictions_display.ts";
import {
  resultDisplay,
  shownChain,
  shownReceipts,
  shownScores,
} from "../display/result_display.ts";
import { areDrawn } from "../display/drawn_samples_display.ts";
import { failureNotes, rewardNote, shownJudged } from "../display/judged_answers.ts";
import { shownRollouts } from "../display/rollout_table.ts";
import { shownSamples } from "../display/samples_display.ts";
import { scoreTitles, titleOf } from "../display/score_titles.ts";
import { teachersOfTask } from "../../tasks/distillation/teachers_of_task.ts";
import type { RunSamples } from "../write/run_samples.ts";
import type { WrittenSample } from "../write/samples.ts";
import { writerOf, writtenTexts } from "../write/writer.ts";
import { cardOfResult } from "../serve/card_of_result.ts";
import { servedResult } from "../serve/serve_result.ts";
import type { WinRate } from "../win_rate/win_rate.ts";
import type { PairJudge } from "../../nn/pair_judge.ts";
import type { WinRateOptions } from "../win_rate/win_rate_options.ts";
import type { StageResults } from "./stage_results.ts";
import { explainedResult } from "./explained_result.ts";
import { onCellInterrupt } from "./on_interrupt.ts";
import { predictInputs } from "./predict_inputs.ts";
import { ranksNotes } from "./choose_ranks.ts";
import { startsAnew } from "./few_steps.ts";
import { predictedRows } from "../predicted_rows.ts";
import { runNotes } from "./run_notes.ts";
import { describeResult, type RunResult, type RunSummary } from "./run_result.ts";

/** The result, which shows itself and answers new inputs. */
export function resultOf(stages: StageResults): RunResult<unknown> {
  const { task, assembled, trained, scored, outputsOf, textModel, dispose, signal } = stages;
  const about = { table: stages.splits.test, task: task.task };
  const written = scored.written && shownAs(scored.written.predictions, scored.written, about);
  // What was written says more of a row than how sure the model was of each token.
  const predictions = scored.written
    ? shownAs(scored.predictions, scored.written, about)
    : shownPredictions(scored.predictions, about);
  const summary = summaryOf(stages);
  const titles = scoreTitles(stages.spec.metrics);
  const before = stages.scoresBefore ? { scoresBefore: stages.scoresBefore } : {};
  const shown = {
    ...summary,
    ...namedSamples(stages.samples),
    ...judgedOf(stages),
    ...before,
    ...(stages.probes ? { probes: stages.probes } : {}),
    scores: shownScores(scored.scores, { predictions, titles, ...summary, ...before }),
    receipts: shownReceipts(stages.receipts),
    ...(stages.chain ? { chain: shownChain(stages.chain) } : {}),
  };
  const { losses, validations } = trained;
  const { rollouts } = assembled.data.train;
  const writer = writerOf(textModel, signal);
  const servers = servedResult(
    {
      reference: stages.spec.model,
      task,
      processor: assembled.processor,
      outputsOf,
      textModel,
      card: cardOfResult(
        { ...shown, model: stages.spec.model, scores: scored.scores },
        titles,
      ),
    },
    dispose,
  );
  const methodRecord = trained.methodRecord ? { methodRecord: trained.methodRecord } : {};
  return Object.freeze({
    ...shown,
    outputs: [...new Set(shown.receipts.map(({ folder }) => folder))],
    losses,
    ...methodRecord,
    ...(rollouts ? { rollouts: shownRollouts(rollouts.rollout.samples) } : {}),
    validations,
    splits: assembled.data.report,
    predictions,
    predictionTable: () =>
      predictedRows({
        ...about,
        predictions: scored.predictions,
        ...(scored.written ? { written: scored.written } : {}),
      }),
    ...(written ? { written } : {}),
    ...writer,
    async predict(inputs: readonly unknown[]) {
      if (task.writing) return await writtenTexts(writer, inputs);
      using interrupt = onCellInterrupt(stages.signal);
      const { signal } = interrupt;
      const { processor } = assembled;
      return await predictInputs(
        task,
        inputs,
        processor,
        (examples) => outputsOf(examples, signal),
        { signal, quiet: stages.quiet },
      );
    },
    ...explainedResult(stages),
    winRate: (judge: PairJudge, options?: WinRateOptions) => winRateIn(stages, judge, options),
    ...servers,
    toString: () => describeResult(shown, titles),
    [customInspect]: () => describeResult(shown, titles),
    [jupyterDisplay]: () =>
      resultDisplay({ ...shown, ...methodRecord, titles, predictions, losses, validations }),
  });
}

async function winRateIn(
  { device, splits, trained: { state }, ...models }: StageResults,
  judge: PairJudge,
  options: WinRateOptions | undefined,
): Promise<WinRate> {
  const on = { device: device.inFloat32 ?? device, table: splits.test, state };
  const { winRateOf } = await import("../win_rate/win_rate_of_result.ts");
  return await winRateOf({ ...models, ...on }, judge, options);
}

/** Texts and images have names of their own, which types tell apart. */
function namedSamples(
  samples: RunSamples = [],
): Pick<RunResult<unknown>, "samples" | "drawnSamples"> {
  if (samples.length === 0) return {};
  return areDrawn(samples)
    ? { drawnSamples: shownSamples(samples) }
    : { samples: shownSamples(samples as readonly WrittenSample[]) };
}

/** What was answered to held-out prompts before and after a training by rewards. */
function judgedOf(
  { scored: { judged }, before }: Pick<StageResults, "scored" | "before">,
): Pick<RunResult<unknown>, "judged" | "judgedBefore"> {
  if (!judged || !before) return {};
  return {
    judged: shownJudged({ judged, before: before.judged }),
    judgedBefore: before.judged,
  };
}

/** What is to be known of rewards on held-out prompts. */
function judgedNotes(
  { scored: { judged }, before, trained }: Pick<StageResults, "scored" | "before" | "trained">,
): string[] {
  if (!judged || !before) return [];
  const note = trained.step > 0 ? rewardNote({ judged, before: before.judged }) : undefined;
  return [...failureNotes(judged), ...(note === undefined ? [] : [note])];
}

function summaryOf(stages: StageResults): RunSummary {
  const { spec, settings, device, task, judge } = stages;
  const { assembled, trained, scored, scoring, drift } = stages;
  const { model, adapter, data, headNote } = assembled;
  const baseline = task.baseline?.(data.train, data.test);
  const teachers = teachersOfTask(spec.task);
  return {
    model: spec.calledAs ?? spec.model,
    method: spec.method.method,
    device: device.description,
    examples: data.train.rows,
    epochs: settings.epochs,
    steps: trained.step,
    trainSeconds: trained.seconds,
    packing: trained.packing,
    compute: trained.compute.reason,
    evaluateCompute: scoring.reason,
    ...(drift ? { drift } : {}),
    stepsHere: trained.stepsHere,
    stepsPerSecond: trained.seconds > 0 ? trained.stepsHere / trained.seconds : 0,
    ...(baseline ? { baseline } : {}),
    ...(headNote ? { headNote } : {}),
    ...(teachers.length > 0 ? { teachers } : {}),
    ...(data.train.rollouts ? { rollout: data.train.rollouts.rollout.describe() } : {}),
    trainedParameters: countOf(trainedTensors(model, adapter)),
    totalParameters: countOf(modelWeights(model)) + countOf(adapter.parameters),
    ...(trained.chosen ? { chosenRanks: trained.chosen } : {}),
    notes: [
      ...(model.family.part ? [model.family.part.note] : []),
      ...runNotes({
        settings,
        trained,
        judge: titleOf(judge),
        startsAnew: startsAnew(spec.method.method),
        predictions: scored.predictions,
        baseline,
      }),
      ...ranksNotes(trained.chosen, titleOf(judge)),
      ...judgedNotes(stages),
    ],
    intervals: scored.intervals,
    ...(Object.keys(scored.signatures).length > 0 ? { signatures: scored.signatures } : {}),
  };
}

function countOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
