/**
 * What is due between the steps of a run: validation, checkpoints, stopping, and keeping what was
 * reached when something fails.
 *
 * @module
 */
import { messageOf, type TunebookError } from "../core/errors.ts";
import { isInterruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import { parameters } from "../nn/trainable_model.ts";
import { fromFirstProcess } from "../parallel/process_group.ts";
import { checkpointFileOf, saveCheckpoint } from "./checkpoint.ts";
import { keepCheckpoint } from "./kept_checkpoints.ts";
import { requireSameParameters } from "./data_parallel.ts";
import { areFinite, divergence, type LastGood, type Tensors } from "./divergence.ts";
import { shouldStop, withValidation } from "./early_stopping.ts";
import { initialParameters, keptVectors } from "./initial_state.ts";
import type { TrainingRun } from "./open_run.ts";
import { meanLosses } from "./outer_optimizer.ts";
import type { Start } from "./start.ts";
import { type StepReport, weightHere } from "./take_step.ts";
import type { TrainContext, TrainResult } from "./train_context.ts";
import type { TrainerState } from "./trainer_state.ts";

/** Watches over a run. */
export class Trainer {
  readonly #run: TrainingRun;
  readonly #context: TrainContext;
  readonly #pause = pauses();
  readonly #firstStep: number;
  /** Where checkpoints go that nobody asked for; nowhere where it is absent. */
  readonly #rescueFolder: string | undefined;
  #state: TrainerState;
  #best: Tensors | undefined;
  #savedStep: number;
  #stopped: TrainResult["stopped"];

  constructor(run: TrainingRun, context: TrainContext, { trainerState, best }: Start) {
    this.#run = run;
    this.#context = context;
    this.#state = trainerState;
    this.#best = best;
    this.#firstStep = this.#savedStep = trainerState.step;
    this.#rescueFolder = run.settings.checkpoints ?? context.rescueFolder;
  }

  /** Optimizer steps taken. */
  get step(): number {
    return this.#state.step;
  }

  /** Does the work until it ends or the signal leaves a part of it behind. */
  async untilInterrupted(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // What was left behind changes nothing that a checkpoint holds.
      if (!isInterruption(error)) throw error;
      this.#stopped = "interrupted";
    }
  }

  /** True where another step is to be taken. */
  async goesOn(): Promise<boolean> {
    if (this.step >= this.#run.plan.totalSteps) return false;
    // A macrotask lets signals and displays in between two steps.
    await this.#pause();
    if (shouldStop(this.#state, this.#run.settings.patience)) this.#stopped = "patience";
    else if (this.#context.signal?.aborted) this.#stopped = "interrupted";
    return this.#stopped === undefined;
  }

  /** Waits for work that leaves the parameters alone; where it fails, what was reached is kept. */
  async rescued<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (!isInterruption(error)) await this.#keepSteps(error);
      throw error;
    }
  }

  /** Takes in a step; throws where its loss or gradients are not finite. */
  async record(report: StepReport): Promise<void> {
    const { loss, gradientNorm } = report;
    if (!Number.isFinite(loss)) throw await this.#diverged(`the loss is ${loss}`);
    if (!Number.isFinite(gradientNorm) && !report.skipped) {
      throw await this.#diverged("a gradient is not finite");
    }
    const { losses } = this.#state;
    const lossScale = this.#run.lossScaling?.present;
    this.#state = {
      ...{ ...this.#state, step: report.step, losses: [...losses, loss] },
      ...(lossScale ? { lossScale } : {}),
    };
    const alarms = this.#run.rows.rollout?.endStep(report.step) ?? [];
    const methodRecord = this.#methodRecord();
    this.#context.onStep?.({
      ...report,
      ...(methodRecord ? { methodRecord } : {}),
      ...(alarms.length > 0 ? { alarms } : {}),
    });
  }

  /** Lets processes that train apart meet; all go on from the same parameters. */
  async meetIfDue(): Promise<void> {
    const { outer } = this.#run;
    const { processes, signal } = this.#context;
    const { step } = this;
    if (!outer?.isMeeting(step)) return;
    const before = outer.meetingBefore(step);
    const { losses } = this.#state;
    const own = losses.slice(before);
    const weights = own.map((_, at) => weightHere(this.#run, before + at));
    const means = await meanLosses(processes!, { losses: own, weights, signal });
    await outer.meet(step, signal);
    this.#state = { ...this.#state, losses: [...losses.slice(0, before), ...means] };
  }

  /** Scores the present parameters, or their average, on the validation rows. */
  async validateIfDue(): Promise<void> {
    const { settings, plan, state, whole } = this.#run;
    const { validate, signal, onValidation, processes } = this.#context;
    const { step } = this;
    // A run that was stopped while it validated, and goes on, has that before it.
    const isUnvalidated = step > 0 && this.#state.validations.at(-1)?.step !== step;
    const { validateEvery = plan.stepsPerEpoch, keepBest } = settings;
    if (!validate || !this.#isDue(validateEvery) || !isUnvalidated) return;
    const { score: own, better } = await validate(await whole.after(step), signal, step);
    // What is decided by it must be decided alike.
    const score = processes ? await fromFirstProcess(processes, own, signal) : own;
    this.#state = { ...this.#state, ...withValidation(this.#state, { step, score }, better) };
    onValidation?.({ step, score });
    if (keepBest && this.#state.best?.step === step) this.#best = await state.read(whole.vector);
  }

  /** Has the present parameters, or their average, looked at. */
  async lookIfDue(): Promise<void> {
    const { settings, plan: { stepsPerEpoch, totalSteps }, whole } = this.#run;
    const { look } = this.#context;
    const { step } = this;
    const { validateEvery = stepsPerEpoch } = settings;
    if (!look || step >= totalSteps || !this.#isDue(validateEvery)) return;
    await look(await whole.after(step), {
      step,
      at: Math.floor(step / validateEvery),
      of: Math.ceil(totalSteps / validateEvery),
    });
  }

  /** Writes a checkpoint into the folder of checkpoints. */
  async saveIfDue(): Promise<void> {
    const { settings: { checkpoints, checkpointEvery }, plan: { stepsPerEpoch } } = this.#run;
    if (checkpoints && this.#isDue(checkpointEvery ?? stepsPerEpoch)) await this.#save(checkpoints);
  }

  /** Writes the last checkpoint, and gives what came of the run. */
  async finish(): Promise<TrainResult> {
    const { whole, state, plan: { totalSteps }, settings: { checkpoints }, began } = this.#run;
    const { processes, signal } = this.#context;
    const isInterrupted = this.#stopped === "interrupted";
    if (isInterrupted) await this.#returnToMeeting();
    if (processes && !isInterrupted) await requireSameParameters(processes, state, signal);
    await this.#save(isInterrupted ? this.#rescueFolder : checkpoints);
    const seconds = (performance.now() - began) / 1000;
    const savedIn = isInterrupted || checkpoints ? undefined : await this.#keepLast();
    const bestStep = this.#best && !isInterrupted ? this.#state.best!.step : undefined;
    if (bestStep !== undefined) await state.write(whole.vector, this.#best!);
    const keptStep = bestStep ?? this.step;
    const trained = await whole.after(keptStep);
    this.#run.keepResult();
    const methodRecord = this.#methodRecord();
    return {
      ...this.#state,
      state: trained,
      totalSteps,
      stepsHere: this.step - this.#firstStep,
      seconds,
      ...(this.#stopped ? { stopped: this.#stopped } : {}),
      keptStep,
      ...(savedIn === undefined ? {} : { savedIn }),
      ...(methodRecord ? { methodRecord: methodRecord() } : {}),
      packing: this.#run.packing,
      compute: this.#run.compute,
    };
  }

  /** Whether so many steps have passed; where processes train apart, at their first meeting after it. */
  #isDue(every: number): boolean {
    const { plan: { totalSteps }, outer } = this.#run;
    const { step } = this;
    if (step === totalSteps) return true;
    if (!outer) return step % every === 0;
    return outer.isMeeting(step) &&
      Math.floor(step / every) > Math.floor(outer.meetingBefore(step) / every);
  }

  /** Of processes that train apart, what one has done since the last meeting is of no use to the others. */
  async #returnToMeeting(): Promise<void> {
    const step = await this.#run.outer?.returnToMeeting();
    if (step === undefined) return;
    const { lossScaling } = this.#run;
    const losses = this.#state.losses.slice(0, step);
    this.#state = {
      ...{ ...this.#state, step, losses },
      ...(lossScaling ? { lossScale: lossScaling.present } : {}),
    };
  }

  #methodRecord() {
    const { trainable: { adapter }, methodState, rows: { rollout } } = this.#run;
    if (!adapter.record && !rollout) return undefined;
    return () => ({ ...adapter.record?.(methodState), ...rollout?.record() });
  }

  async #diverged(what: string): Promise<TunebookError> {
    const { state, whole, trainable, settings } = this.#run;
    const failed = this.step + 1;
    await this.#returnToMeeting();
    const { step } = this;
    const present = await state.read(parameters);
    const bestStep = this.#state.best?.step;
    const good: LastGood = areFinite(present)
      ? { step, parameters: whole.complete(present, step, parameters) }
      : this.#best
      ? { step: bestStep!, parameters: whole.complete(this.#best, bestStep!, whole.vector) }
      : { step: 0, parameters: initialParameters(trainable, settings.seed) };
    const error = divergence(failed, what, {
      ...settings,
      precision: this.#context.device.precision,
    }, good);
    await this.#keepSteps(error);
    return error;
  }

  async #save(folder: string | undefined): Promise<void> {
    if (!areFinite(await this.#run.state.read(parameters))) {
      throw await this.#diverged("a parameter is not finite");
    }
    await this.#write(folder);
  }

  async #write(folder: string | undefined): Promise<void> {
    const { state, settings, fingerprint, methodState, optimizer, rows, outer } = this.#run;
    const { rank, size } = this.#context.processes ?? { rank: 0, size: 1 };
    if (!folder || this.#savedStep === this.step || (rank > 0 && !outer)) return;
    await saveCheckpoint(folder, state, {
      trainerState: this.#state,
      fingerprint,
      kept: keptVectors(settings),
      ...(this.#best ? { best: this.#best } : {}),
      methodState,
      statistics: optimizer.statistics ?? new Map(),
      rollout: rows.rollout?.kept() ?? new Map(),
      outerMomentum: outer?.momentum ?? new Map(),
      processes: outer ? size : 1,
    }, checkpointFileOf(rank));
    if (settings.keepCheckpoints && folder === settings.checkpoints && rank === 0) {
      await keepCheckpoint(folder, this.step);
    }
    this.#savedStep = this.step;
  }

  /** Keeps what was trained for the case that what follows fails. */
  async #keepLast(): Promise<string | undefined> {
    const folder = this.#rescueFolder;
    if (!this.#context.keepLast || !folder || this.step === 0) return undefined;
    if (this.#context.processes?.rank) return undefined;
    try {
      await this.#write(folder);
      return folder;
    } catch {
      // The run is good without: a full disk or a folder that is not for writing must not end it.
      return undefined;
    }
  }

  /** The error stays the one that is thrown, whatever comes of the checkpoint. */
  async #keepSteps(error: unknown): Promise<void> {
    const folder = this.#rescueFolder;
    try {
      await this.#returnToMeeting();
      if (areFinite(await this.#run.state.read(parameters))) await this.#write(folder);
    } catch (second) {
      const { step } = this;
      addTo(error, `The state after step ${step} could not be kept: ${messageOf(second)}`);
    }
    if (folder && this.#savedStep > 0) {
      addTo(error, `The checkpoint of step ${this.#savedStep} is in ${folder}.`);
    }
  }
}

/** Adds a line to an error's message. */
function addTo(error: unknown, line: string): void {
  if (error instanceof Error) error.message += `\n${line}`;
}
