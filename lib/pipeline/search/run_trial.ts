/**
 * One trial of a search: trained on the training rows, scored on the validation rows.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { Device, State } from "../../engine/mod.ts";
import { planSteps } from "../../train/step_plan.ts";
import { type StepReport, train, type TrainResult } from "../../train/train.ts";
import { trainSettings } from "../../train/train_options.ts";
import { exampleLengths } from "../../train/training_rows.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import { trainableOf } from "../run/assemble_stage.ts";
import { chooseRanks, type ChosenRanks } from "../run/choose_ranks.ts";
import type { AskedRows } from "../run/predict_inputs.ts";
import type { Scorer } from "../run/score_stage.ts";
import { type Scoring, scoringOf } from "../run/scoring.ts";
import type { Tracking } from "../run/tracked_run.ts";
import { keptValidation } from "./kept_validation.ts";
import type { SearchCost } from "./search_costs.ts";
import type { TrialConstraints } from "./search_options.ts";
import type { AttachedTrial, TrialBases } from "./trial_bases.ts";
import { brokenConstraint, floatBytes, type TrialSizes, trialSizes } from "./trial_sizes.ts";

/** What came of a trial. */
export type TrialOutcome =
  & { readonly figures: Readonly<Record<string, number>> }
  & (
    | { readonly state: "complete"; readonly score: number }
    | { readonly state: "pruned" | "failed"; readonly reason: string }
    | { readonly state: "interrupted" }
  );

/** How a trial is run, and who watches it. */
export interface TrialContext {
  readonly bases: TrialBases;
  readonly device: Device;
  readonly judge: AnyMetric;
  readonly constraints: TrialConstraints;
  readonly costs: readonly SearchCost[];
  readonly tracking: Tracking;
  /** Stops the search. */
  readonly signal: AbortSignal;
  /** Ends the trial, for the reason that it is aborted with. */
  readonly ended: AbortSignal;
  /** After each step. */
  onStep(report: Pick<StepReport, "step" | "totalSteps" | "epoch">): void;
  /** After each validation with a score that is a number: why the trial should end, if it should. */
  onScore(score: number, epochs: number): string | undefined;
}

/** Trains and scores. Whatever goes wrong is a trial that failed, for its reason. */
export async function runTrial(
  specOf: () => PlanSpec,
  { signal, ended, ...context }: TrialContext,
): Promise<TrialOutcome> {
  const began = performance.now();
  const figures: Record<string, number> = {};
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, ended, stop.signal]);
  try {
    const score = await scoreOf(specOf(), { ...context, figures, stop, signal: stopped });
    if (typeof score === "string") return { state: "failed", reason: score, figures };
    return { state: "complete", score, figures };
  } catch (error) {
    if (!isInterruption(error)) return { state: "failed", reason: messageOf(error), figures };
    if (signal.aborted) return { state: "interrupted", figures };
    const { reason } = ended.aborted ? ended : stop.signal;
    return { state: "pruned", reason: String(reason), figures };
  } finally {
    figures.seconds = (performance.now() - began) / 1000;
  }
}

interface ScoringContext extends Omit<TrialContext, "ended"> {
  readonly figures: Record<string, number>;
  /** Ends the trial by its own scores. */
  readonly stop: AbortController;
}

/** The score of the trained model, or why it has none. */
async function scoreOf(
  spec: PlanSpec,
  { bases, device, judge, constraints, costs, figures, stop, signal, ...watch }: ScoringContext,
): Promise<number | string> {
  const method = await spec.method.open?.() ?? spec.method;
  // Where the plan's own run is kept is no place for trials.
  const { checkpoints: _, checkpointEvery: __, keepCheckpoints: ___, resume: ____, ...all } =
    spec.train;
  const { snapshots: _____, ...own } = all;
  const settings = trainSettings(own, method);
  const trial = await bases.attach(spec, { method, settings, signal });
  const trainable = trainableOf(trial, trial.rows.train, settings);
  const sizes = trialSizes(trainable, trial.rows.train, settings);
  Object.assign(figures, sizes);
  const broken = brokenConstraint(constraints, sizes);
  if (broken !== undefined) return broken;
  await using scoring = scoringOf(spec, trainable, device.inFloat32 ?? device);
  await using kept = await keptValidation(trial, trainable, {
    device: device.inFloat32 ?? device,
    spec,
    settings,
    signal,
  });
  const { scorer } = kept ?? scoring;
  const asked = kept?.rows ?? trial.rows.validation;
  const scored = (state: State) => validationScore(trial, { scorer, asked, state, judge, signal });
  const { stepsPerEpoch, totalSteps } = planSteps(exampleLengths(trial.rows.train), settings);
  const result = await train(trainable, trial.rows.train, {
    device,
    settings,
    fingerprint: {},
    frozenResults: trial.frozenResults,
    validate: async (state) => ({ score: await scored(state), better: judge.better }),
    onStep(report) {
      watch.tracking.step(report);
      Object.assign(figures, { steps: report.step, epochs: report.step / stepsPerEpoch });
      watch.onStep(report);
    },
    onValidation(validation) {
      watch.tracking.validation(validation, judge.name);
      const { step, score } = validation;
      if (!Number.isFinite(score)) return;
      const reason = watch.onScore(score, step / stepsPerEpoch);
      // A trial that has come to its end is not pruned any more.
      if (reason !== undefined && step < totalSteps) stop.abort(reason);
    },
    signal,
  });
  using state = disposing(result.state);
  if (result.stopped === "interrupted") throw interruption();
  const chosen = await chooseRanks(trainable.adapter, state.value, {
    validate: async (state) => ({ score: await scored(state), better: judge.better }),
    step: result.step,
    seed: settings.seed,
    signal,
  });
  if (chosen) Object.assign(figures, keptFigures(sizes, chosen));
  const score = chosen?.score ?? keptScore(result) ?? await scored(state.value);
  if (!Number.isFinite(score)) return `${judge.name} of the validation rows is ${score}`;
  if (constraints.latency === undefined && !costs.includes("latency")) return score;
  figures.latency = await latencyOf(trial, { scoring, state: state.value, signal });
  return brokenConstraint(constraints, { latency: figures.latency }) ?? score;
}

/** What is trained and then left out costs nothing. */
function keptFigures(sizes: TrialSizes, { parameters, allParameters }: ChosenRanks) {
  const less = allParameters - parameters;
  return {
    parameters: sizes.parameters - less,
    trainedParameters: sizes.trainedParameters - less,
    bytes: sizes.bytes - floatBytes * less,
  };
}

function disposing<Value extends { dispose(): void }>(value: Value) {
  return { value, [Symbol.dispose]: () => value.dispose() };
}

async function validationScore(
  { rows: { validation } }: AttachedTrial,
  { scorer, asked, state, judge, signal }: {
    readonly scorer: Scorer;
    readonly asked: AskedRows;
    readonly state: State;
    readonly judge: AnyMetric;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const outputs = await scorer.outputs(asked, { state, signal });
  const predictions = validation.predictions(outputs);
  await judge.prepare?.(predictions, { signal });
  return judge.compute(predictions) as number;
}

/** The score of the parameters that the training keeps; nothing where they were not validated. */
function keptScore(
  { validations, keptStep }: Pick<TrainResult, "validations" | "keptStep">,
): number | undefined {
  return validations.find(({ step }) => step === keptStep)?.score;
}

/** Rows that are answered before any is timed, and those that are. */
const [warmUps, timed] = [3, 21];

/** The median of the milliseconds that a row takes. */
async function latencyOf(
  { rows: { validation } }: AttachedTrial,
  { scoring: { scorer }, state, signal }: {
    readonly scoring: Scoring;
    readonly state: State;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < warmUps + timed; turn++) {
    const began = performance.now();
    await scorer.outputs(validation, { state, signal, first: 1 });
    times.push(performance.now() - began);
  }
  return times.slice(warmUps).sort((a, b) => a - b)[timed >> 1];
}
