/**
 * The settings of a training run, with their defaults and checks.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import type { BatchOrder } from "../data/batches.ts";
import type { Adapter } from "../nn/adapter.ts";
import { wantedSetting } from "./check_setting.ts";
import { scheduleMistakes, type ScheduleName } from "./schedules/mod.ts";
import type { ScheduleOptions } from "./schedules/schedule.ts";

/** How to train. */
export interface TrainOptions extends ScheduleOptions {
  /** Passes over the training rows; 3 unless given. With 0 a run only scores and deploys. */
  readonly epochs?: number;
  /** Rows of one optimiser step's part; 16 unless given. */
  readonly batchSize?: number;
  /** Parts of one optimiser step; the step sees batchSize · accumulate rows. 1 unless given. */
  readonly accumulate?: number;
  /** The largest learning rate; the method's own unless given, or 1e-3 where it has none. */
  readonly learningRate?: number;
  /** How the learning rate changes after the warm-up; linear unless given. */
  readonly schedule?: ScheduleName;
  /** Share of all steps in which the learning rate rises; 0.06 unless given (as RoBERTa). */
  readonly warmup?: number;
  /** Decoupled weight decay of matrices; 0.01 unless given. */
  readonly weightDecay?: number;
  /** The largest global norm of the gradients; 1 unless given. */
  readonly maxGradientNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** The share of a target that is spread over all labels. */
  readonly labelSmoothing?: number;
  /**
   * The exponent of the focal loss, which takes weight from examples that are predicted well (Lin et
   * al., arXiv 1708.02002, where it is 2); 0 unless given: plain cross-entropy.
   */
  readonly focalGamma?: number;
  /** The weight of each label, by name, or `balanced` for weights inverse to the frequency. */
  readonly classWeights?: "balanced" | Readonly<Record<string, number>>;
  /**
   * Runs layers in which nothing is trained once for each row and keeps the result for all epochs,
   * in memory or on disk; true unless given.
   */
  readonly cacheFrozen?: boolean;
  /**
   * Saves memory for time: each layer keeps only its input and is computed a second time in the
   * backward pass, with the same results (Chen et al., arXiv 1604.06174); false unless given.
   */
  readonly gradientCheckpointing?: boolean;
  /**
   * Puts several rows of a batch into one, so that less padding is computed: `auto` where that is
   * estimated to be faster (`packing.ts` has the rule), the default; `true` is an error where the
   * method allows none. The batches, the loss and the gradients stay the same; dropout draws other
   * numbers.
   */
  readonly packing?: "auto" | boolean;
  /** The order of rows; `grouped` unless given, which saves padding. */
  readonly order?: BatchOrder;
  /** The most tokens of a row; longer ones are truncated. The model's limit, at most 128. */
  readonly maxTokens?: number;
  /** Seed of the head, the adapter, the order and dropout; 1 unless given. */
  readonly seed?: number;
  /** Keeps the state with the best validation score instead of the last; needs validation rows. */
  readonly keepBest?: boolean;
  /** Stops after so many validations without a better score; needs validation rows. */
  readonly patience?: number;
  /** Optimiser steps between validations; one epoch unless given. */
  readonly validateEvery?: number;
  /** A folder for checkpoints. */
  readonly checkpoints?: string;
  /** Optimiser steps between checkpoints; one epoch unless given. */
  readonly checkpointEvery?: number;
  /** Continues from the checkpoint, if there is one: in the folder, or of an interrupted run. */
  readonly resume?: boolean;
}

/** Options that mean something by being absent. */
type Optional =
  | "classWeights"
  | "patience"
  | "validateEvery"
  | "checkpoints"
  | "checkpointEvery"
  | keyof ScheduleOptions;

/** Settings with every default filled in. */
export type TrainSettings =
  & Required<Omit<TrainOptions, Optional>>
  & Pick<TrainOptions, Optional>;

const defaults = {
  epochs: 3,
  batchSize: 16,
  accumulate: 1,
  learningRate: 1e-3,
  schedule: "linear",
  warmup: 0.06,
  weightDecay: 0.01,
  maxGradientNorm: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  labelSmoothing: 0,
  focalGamma: 0,
  cacheFrozen: true,
  gradientCheckpointing: false,
  packing: "auto",
  order: "grouped",
  maxTokens: 128,
  seed: 1,
  keepBest: false,
  resume: false,
} as const;

/**
 * Fills in the defaults and reports every setting that makes no sense.
 *
 * @param method the method to train, whose learning rate is the default
 */
export function trainSettings(
  options: TrainOptions = {},
  { learningRate = defaults.learningRate }: Pick<Adapter, "learningRate"> = {},
): TrainSettings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const settings = { ...defaults, learningRate, ...given } as TrainSettings;
  const wrong = Object.entries(settings).flatMap(([name, value]) => {
    const wants = wantedSetting(name, value);
    return wants === undefined ? [] : [`${name} is ${JSON.stringify(value)}, but ${wants}`];
  });
  wrong.push(...scheduleMistakes(settings.schedule, options));
  if (settings.checkpointEvery && !settings.checkpoints) {
    wrong.push("checkpointEvery needs a folder in checkpoints");
  }
  if (wrong.length > 0) throw mistakes("input", "these training settings make no sense:", wrong);
  return settings;
}
