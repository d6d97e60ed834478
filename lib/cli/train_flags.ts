/**
 * The training settings as flags: `learningRate` is `--learning-rate`.
 *
 * @module
 */
import { optimizerNames } from "../train/optimizers/mod.ts";
import { scheduleNames } from "../train/schedules/mod.ts";
import { computeOptions } from "../train/compute_option.ts";
import type { TrainOptions } from "../train/train_options.ts";

/** A training setting as a flag. */
export interface TrainFlag {
  readonly value: "number" | "text" | "switch";
  readonly what: string;
}

/** Every training setting but the folder of checkpoints, which follows from `--out`. */
export const trainFlags: Readonly<
  Record<Exclude<keyof TrainOptions, "checkpoints" | "resume" | "keepBest">, TrainFlag>
> = {
  epochs: { value: "number", what: "passes over the training rows (3)" },
  batchSize: { value: "number", what: "rows of a micro-batch (16)" },
  accumulate: { value: "number", what: "micro-batches of a step (1)" },
  learningRate: { value: "number", what: "the largest one (the method's)" },
  optimizer: { value: "text", what: `${optimizerNames.join(", ")} (adamw)` },
  momentum: { value: "number", what: "of sgd (0)" },
  nesterov: { value: "switch", what: "Nesterov's momentum, of sgd" },
  beta1: { value: "number", what: "" },
  beta2: { value: "number", what: "" },
  epsilon: { value: "number", what: "" },
  weightDecay: { value: "number", what: "of matrices (0.01)" },
  maxGradientNorm: { value: "number", what: "clipping (1)" },
  schedule: {
    value: "text",
    what: `${scheduleNames.join(", ")} (linear)`,
  },
  warmup: { value: "number", what: "share of the steps in which the learning rate rises (0.06)" },
  cycles: { value: "number", what: "of a schedule with restarts" },
  power: { value: "number", what: "of the polynomial schedule" },
  decayShare: {
    value: "number",
    what: "share of the steps at the end in which the learning rate falls",
  },
  finalScale: { value: "number", what: "what is left of the learning rate at the end" },
  layerDecay: { value: "number", what: "each layer learns so much slower than the one above" },
  unfreeze: { value: "text", what: "gradual, or the share of the steps that it takes" },
  ema: { value: "number", what: "keeps a moving average of the parameters, such as 0.999" },
  swa: { value: "number", what: "keeps the mean of the steps from this share on, such as 0.75" },
  sync: { value: "number", what: "processes train apart and meet after so many steps" },
  labelSmoothing: { value: "number", what: "share of a target spread over all labels" },
  focalGamma: { value: "number", what: "the exponent of the focal loss" },
  classWeights: { value: "text", what: "balanced" },
  maxTokens: { value: "number", what: "longer texts are cut (128)" },
  order: { value: "text", what: "grouped, shuffled, sequential (grouped)" },
  packing: { value: "text", what: "auto, true, false (auto)" },
  compute: { value: "text", what: `${computeOptions.join(", ")}, of products (float32)` },
  cacheFrozen: { value: "text", what: "true, false (true)" },
  gradientCheckpointing: { value: "switch", what: "half more time for less memory" },
  patience: { value: "number", what: "stops after so many validations without a better score" },
  validateEvery: { value: "number", what: "steps between validations (an epoch)" },
  checkpointEvery: { value: "number", what: "steps between checkpoints (an epoch)" },
  keepCheckpoints: {
    value: "switch",
    what: "keeps every checkpoint, in folders step-… of its own",
  },
  snapshots: {
    value: "text",
    what: "a folder for the adapter at the end of each cycle of cosine-with-restarts",
  },
  samples: {
    value: "number",
    what: "held-out inputs that are answered before and after (3), images that are drawn (6)",
  },
  seed: { value: "number", what: "of the run; the split stays (1)" },
};

/** `learningRate` → `learning-rate`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
