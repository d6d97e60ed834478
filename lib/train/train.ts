/**
 * The training loop.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { type Device, type HostTensor, ops, type State } from "../engine/mod.ts";
import { planBatches } from "../data/batches.ts";
import { moments } from "./adamw.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  restoreCheckpoint,
  saveCheckpoint,
  type Standing,
  takeCheckpoint,
} from "./checkpoint.ts";
import { parameters, type Trainee } from "../nn/trainee.ts";
import { gradientProgram, gradients } from "./gradient_program.ts";
import { accumulated, createOptimiser } from "./optimiser.ts";
import { rateShare } from "./schedule.ts";
import type { TrainSettings } from "./train_options.ts";
import { trainedSlots } from "../nn/trained.ts";

/** The training rows, ready to be fed. */
export interface TrainingRows {
  /** Tokens of each row. */
  readonly lengths: ArrayLike<number>;
  /** The feeds of a batch of token ids. */
  feedsOf(rows: ArrayLike<number>): Record<string, HostTensor>;
}

/** What has happened in one optimiser step. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** In epochs, with a fraction. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
}

/** What a loop needs beside the model. */
export interface TrainContext {
  readonly device: Device;
  readonly settings: TrainSettings;
  /** What the run depends on, for the checkpoint's fingerprint. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
  /** Scores the present state on the validation rows. */
  readonly validate?: (state: State) => Promise<{ score: number; better: "higher" | "lower" }>;
  readonly onStep?: (report: StepReport) => void;
  /** Stops the run after the present step and saves a checkpoint. */
  readonly signal?: AbortSignal;
  /** Where an interrupted run saves its checkpoint when the settings name no folder. */
  readonly rescueFolder?: string;
}

/** What came of a run. */
export interface TrainResult extends Standing {
  /** The trained tensors, on the device. */
  readonly state: State;
  readonly totalSteps: number;
  /** Seconds in the loop, of this process only. */
  readonly seconds: number;
  /** Why it ended before the last step. */
  readonly stopped?: "patience" | "interrupted";
  /** The step whose parameters the state holds. */
  readonly keptStep: number;
}

/** Trains the adapter and the head on the rows. */
export async function train(
  trainee: Trainee,
  rows: TrainingRows,
  context: TrainContext,
): Promise<TrainResult> {
  const { device, settings } = context;
  const state = await initialState(trainee, device, settings);
  const gradientStep = await device.compile(gradientProgram(trainee), {
    frozen: (path) => trainee.model.weights.get(path)!,
    state,
  });
  const optimiser = await createOptimiser(device, state, settings);
  try {
    const run = new Run(trainee, rows, context, state);
    await run.resume();
    return await run.loop((feeds) => gradientStep.run(feeds), optimiser);
  } catch (error) {
    state.dispose();
    throw error;
  } finally {
    await gradientStep.dispose();
    await optimiser.dispose();
  }
}

/** A state that holds the model's own trained weights and the adapter's initial parameters. */
export async function initialState(
  { model, adapter }: Pick<Trainee, "model" | "adapter">,
  device: Device,
  { accumulate, seed }: Pick<TrainSettings, "accumulate" | "seed">,
): Promise<State> {
  const slots = trainedSlots(model, adapter);
  if (slots.length === 0) throw new TunebookError("input", "this method leaves nothing to train");
  const vectors = [parameters, gradients, ...moments, ...(accumulate > 1 ? [accumulated] : [])];
  const state = device.createState(slots, vectors);
  const initial = new Map<string, Float32Array>();
  for (const { name } of slots) {
    const own = model.weights.get(name);
    if (own) initial.set(name, own);
  }
  for (const parameter of adapter.parameters) {
    initial.set(
      parameter.name,
      parameter.initial(Random.fromSeed(seed, "adapter", parameter.name)),
    );
  }
  await state.write(parameters, initial);
  return state;
}

/** One run's counters and decisions. */
class Run {
  readonly totalSteps: number;
  readonly #stepsPerEpoch: number;
  readonly #losses: number[] = [];
  readonly #validations: { step: number; score: number }[] = [];
  #step = 0;
  #best: { score: number; step: number } | undefined;
  #bestParameters: ReadonlyMap<string, Float32Array> | undefined;
  #validationsSinceBest = 0;
  #epochPlan: { epoch: number; batches: Uint32Array[] } | undefined;

  constructor(
    readonly trainee: Trainee,
    readonly rows: TrainingRows,
    readonly context: TrainContext,
    readonly state: State,
  ) {
    const { batchSize, accumulate, epochs } = context.settings;
    const batches = Math.ceil(rows.lengths.length / batchSize);
    this.#stepsPerEpoch = Math.ceil(batches / accumulate);
    this.totalSteps = Math.max(1, Math.round(this.#stepsPerEpoch * epochs));
  }

  /** Continues from the folder's checkpoint where that was asked for and there is one. */
  async resume(): Promise<void> {
    const { settings, fingerprint } = this.context;
    if (!settings.resume || !settings.checkpoints) return;
    const checkpoint = await loadCheckpoint(settings.checkpoints);
    if (!checkpoint) return;
    this.#bestParameters = await restoreCheckpoint(
      settings.checkpoints,
      this.state,
      checkpoint,
      fingerprint,
    );
    const { standing } = checkpoint;
    this.#step = standing.step;
    this.#best = standing.best;
    this.#validationsSinceBest = standing.validationsSinceBest;
    this.#losses.push(...standing.losses);
    this.#validations.push(...standing.validations);
  }

  async loop(
    gradientOf: (feeds: Record<string, HostTensor>) => Promise<Record<string, HostTensor>>,
    optimiser: Awaited<ReturnType<typeof createOptimiser>>,
  ): Promise<TrainResult> {
    const began = performance.now();
    const { settings, signal, onStep } = this.context;
    let stopped: TrainResult["stopped"];
    let saved = this.#step;
    while (this.#step < this.totalSteps && !stopped) {
      // A macrotask lets signals and displays in between two steps.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal?.aborted) {
        stopped = "interrupted";
        break;
      }
      onStep?.(await this.#takeStep(gradientOf, optimiser));
      if (this.#isDue(settings.validateEvery)) stopped = await this.#validate();
      if (settings.checkpoints && this.#isDue(settings.checkpointEvery)) {
        await this.#save();
        saved = this.#step;
      }
    }
    if (settings.checkpoints && saved !== this.#step) await this.#save();
    else if (stopped === "interrupted" && this.context.rescueFolder) await this.#save();
    let keptStep = this.#step;
    if (settings.keepBest && this.#best && this.#bestParameters && stopped !== "interrupted") {
      await this.state.write(parameters, this.#bestParameters);
      keptStep = this.#best.step;
    }
    return {
      ...this.#standing(),
      state: this.state,
      totalSteps: this.totalSteps,
      seconds: (performance.now() - began) / 1000,
      ...(stopped ? { stopped } : {}),
      keptStep,
    };
  }

  async #takeStep(
    gradientOf: (feeds: Record<string, HostTensor>) => Promise<Record<string, HostTensor>>,
    optimiser: Awaited<ReturnType<typeof createOptimiser>>,
  ): Promise<StepReport> {
    const { settings } = this.context;
    const { task, adapter } = this.trainee;
    const parts = this.#partsOf(this.#step);
    const normaliser = parts.reduce((sum, rows) => sum + task.weightOf(rows), 0);
    let loss = 0;
    for (const [part, rows] of parts.entries()) {
      const results = await gradientOf({
        ...this.rows.feedsOf(rows),
        ...task.targetsOf(rows, normaliser),
        noise: this.#noise(part),
      });
      loss += Number(results.loss.data[0]);
      await optimiser.add(part === 0);
    }
    const learningRate = settings.learningRate * rateShare(settings.schedule, this.#step, {
      totalSteps: this.totalSteps,
      warmupSteps: Math.ceil(settings.warmup * this.totalSteps),
    });
    const gradientNorm = Number.isFinite(loss)
      ? await optimiser.step(this.#step + 1, learningRate)
      : NaN;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw this.#diverged(loss, learningRate);
    }
    this.#step++;
    this.#losses.push(loss);
    if (adapter.afterStep) {
      const changed = adapter.afterStep({
        step: this.#step,
        totalSteps: this.totalSteps,
        parameters: await this.state.read(parameters),
        gradients: await this.state.read(settings.accumulate > 1 ? accumulated : gradients),
      });
      if (changed) await this.state.write(parameters, changed);
    }
    return {
      step: this.#step,
      totalSteps: this.totalSteps,
      epoch: this.#step / this.#stepsPerEpoch,
      loss,
      learningRate,
      gradientNorm,
    };
  }

  /** The batches of one optimiser step. */
  #partsOf(step: number): Uint32Array[] {
    const { batchSize, accumulate, seed, order } = this.context.settings;
    const epoch = Math.floor(step / this.#stepsPerEpoch);
    if (this.#epochPlan?.epoch !== epoch) {
      const batches = planBatches(this.rows.lengths, { batchSize, seed, epoch, order });
      this.#epochPlan = { epoch, batches };
    }
    const first = (step - epoch * this.#stepsPerEpoch) * accumulate;
    return this.#epochPlan.batches.slice(first, first + accumulate);
  }

  /** Fresh in every part of every step, and the same after a resume. */
  #noise(part: number): HostTensor {
    const random = Random.fromSeed(this.context.settings.seed, "noise", this.#step, part);
    const data = Float32Array.from({ length: ops.noiseSize }, () => random.uniform());
    return { shape: [ops.noiseSize], data };
  }

  #isDue(every: number | undefined): boolean {
    return this.#step % (every ?? this.#stepsPerEpoch) === 0 || this.#step === this.totalSteps;
  }

  async #validate(): Promise<TrainResult["stopped"]> {
    const { validate, settings } = this.context;
    if (!validate) return undefined;
    const { score, better } = await validate(this.state);
    this.#validations.push({ step: this.#step, score });
    const isBest = !this.#best ||
      (better === "higher" ? score > this.#best.score : score < this.#best.score);
    if (isBest) {
      this.#best = { score, step: this.#step };
      this.#validationsSinceBest = 0;
      if (settings.keepBest) this.#bestParameters = await this.state.read(parameters);
    } else this.#validationsSinceBest++;
    return settings.patience && this.#validationsSinceBest >= settings.patience
      ? "patience"
      : undefined;
  }

  async #save(): Promise<void> {
    const checkpoint: Checkpoint = await takeCheckpoint(
      this.state,
      this.#standing(),
      this.context.fingerprint,
      this.#bestParameters,
    );
    const { settings, rescueFolder } = this.context;
    await saveCheckpoint(settings.checkpoints ?? rescueFolder!, this.state, checkpoint);
  }

  #standing(): Standing {
    return {
      step: this.#step,
      ...(this.#best ? { best: this.#best } : {}),
      validationsSinceBest: this.#validationsSinceBest,
      losses: this.#losses,
      validations: this.#validations,
    };
  }

  #diverged(loss: number, learningRate: number): TunebookError {
    const { checkpoints } = this.context.settings;
    return new TunebookError(
      "diverged",
      `step ${this.#step + 1}: the loss is ${loss} and its gradients are not finite at the ` +
        `learning rate ${
          learningRate.toExponential(2)
        }. Lower learningRate or maxGradientNorm, or ` +
        `look for extreme targets. The parameters are those of step ${this.#step}` +
        (checkpoints ? `; the last checkpoint in ${checkpoints} is whole.` : "."),
    );
  }
}
