/**
 * The settings of a training run, with their defaults and checks.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../core/errors.ts";
import type { Rules } from "../core/option_rules.ts";
import type { BatchOrder } from "../data/batches.ts";
import type { Method } from "../nn/method.ts";
import type { ComputeOption } from "./compute_option.ts";
import type { SwaOptions } from "./averages/swa.ts";
import { optimizerMistakes, type OptimizerName, optimizers } from "./optimizers/mod.ts";
import type { OptimizerOptions, OptimizerRule } from "./optimizers/optimizer_rule.ts";
import { scheduleMistakes, type ScheduleName } from "./schedules/mod.ts";
import type { ScheduleOptions } from "./schedules/schedule.ts";
import { type SyncOptions, type SyncSettings, syncSettings } from "./sync_option.ts";
import { trainRules } from "./train_rules.ts";

/** How to train. */
export interface TrainOptions extends OptimizerOptions, ScheduleOptions {
  /** Passes over the training rows; 3 unless given. With 0 a run only scores and deploys. */
  readonly epochs?: number;
  /** Rows of one micro-batch; 16 unless given. */
  readonly batchSize?: number;
  /** Micro-batches of one optimizer step, which sees batchSize · accumulate rows; 1 unless given. */
  readonly accumulate?: number;
  /** How parameters are moved along their gradients; adamw unless given. */
  readonly optimizer?: OptimizerName;
  /**
   * The largest learning rate; unless given the method's own, or 1e-3 where it has none, for adamw and
   * adafactor, a tenth of it for lion and 50 times it for sgd.
   */
  readonly learningRate?: number;
  /**
   * What the learning rate is multiplied with for each layer from the head down, in (0, 1], as for
   * BEiT and ELECTRA; the same for all layers unless given.
   */
  readonly layerDecay?: number;
  /**
   * Trains the head at first and lets the layers join from the top (ULMFiT, arXiv 1801.06146):
   * `gradual` for one more at each epoch, or a number for all of them evenly over that share of the
   * steps. All train from the start unless given.
   */
  readonly unfreeze?: "gradual" | number;
  /** How the learning rate changes after the warm-up; linear unless given. */
  readonly schedule?: ScheduleName;
  /** Share of all steps in which the learning rate rises; 0.06 unless given (as RoBERTa). */
  readonly warmup?: number;
  /** Weight decay of matrices; 0.01 unless given, 0.1 for lion. */
  readonly weightDecay?: number;
  /** The largest global norm of the gradients; 1 unless given. */
  readonly maxGradientNorm?: number;
  /**
   * The decay of an exponential moving average of the parameters, in (0, 1), such as 0.999. The average
   * is what is validated, kept and deployed. None unless given.
   */
  readonly ema?: number;
  /**
   * Validates, keeps and deploys the mean of the parameters after each of the last steps (stochastic
   * weight averaging, arXiv 1803.05407): with `{ from: 0.75 }` of the last quarter.
   */
  readonly swa?: SwaOptions;
  /**
   * Lets processes that were launched together (docs/processes.md) train apart and meet after so many steps:
   * `{ every: 50 }` (DiLoCo, arXiv 2311.08105). They add up the gradients of each step unless given.
   */
  readonly sync?: SyncOptions;
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
  /**
   * In which numbers linear layers are computed: `int8` rounds both sides of their products to eight bits,
   * forward and backward, while heads and gradients of what is trained stay in float32 (arXiv 2208.07339,
   * 2304.13013); `auto` measures both in a few steps and takes int8 where a step is at least 10 % faster
   * (`choose_compute.ts` has the rule). Scores are in float32 unless `evaluate` says otherwise, and files in
   * any case. `float32` unless given.
   */
  readonly compute?: ComputeOption;
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
  /** Optimizer steps between validations; one epoch unless given. */
  readonly validateEvery?: number;
  /**
   * Of a model that writes: inputs that are answered before and after the training and at each
   * validation, or how many held-out ones are; 3 of these unless given, none with 0. Of a model that draws:
   * what is drawn before and after the training and about eight times in it, or how many images of the labels
   * in turns, of 25 steps each; 6 unless given.
   */
  readonly samples?: number | readonly unknown[];
  /** A folder for checkpoints. */
  readonly checkpoints?: string;
  /** Optimizer steps between checkpoints; one epoch unless given. */
  readonly checkpointEvery?: number;
  /**
   * Keeps every checkpoint, in a folder `step-…` of its own within that of `checkpoints`, for instance for
   * `result.influence`; false unless given, and only the last one is there.
   */
  readonly keepCheckpoints?: boolean;
  /**
   * A folder into which the adapter is written at the end of each of the `cycles` of `cosine-with-restarts`, as
   * `cycle-1`, `cycle-2` …: models of one training that answer together (snapshot ensembles, arXiv 1704.00109).
   */
  readonly snapshots?: string;
  /** Continues from the checkpoint, if there is one: in the folder, or of an interrupted run. */
  readonly resume?: boolean;
}

/** Options that mean something by being absent. */
type Optional =
  | "classWeights"
  | "patience"
  | "validateEvery"
  | "samples"
  | "checkpoints"
  | "checkpointEvery"
  | "layerDecay"
  | "unfreeze"
  | "ema"
  | "swa"
  | "sync"
  | "snapshots"
  | keyof ScheduleOptions;

/** Settings with every default filled in. */
export type TrainSettings =
  & Required<Omit<TrainOptions, Optional>>
  & Pick<TrainOptions, Exclude<Optional, "sync">>
  & { readonly sync?: SyncSettings };

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
  optimizer: "adamw",
  momentum: 0,
  nesterov: false,
  cacheFrozen: true,
  gradientCheckpointing: false,
  packing: "auto",
  compute: "float32",
  order: "grouped",
  maxTokens: 128,
  seed: 1,
  keepBest: false,
  keepCheckpoints: false,
  resume: false,
} as const;

const rules: Rules<TrainOptions> = trainRules;

/**
 * Fills in the defaults and reports every setting that makes no sense.
 *
 * @param method the method to train, whose learning rate is the default
 */
export function trainSettings(
  options: TrainOptions = {},
  { learningRate = defaults.learningRate }: Pick<Method, "learningRate"> = {},
): TrainSettings {
  requireOptions("train", options);
  const given: TrainOptions = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const { optimizer = defaults.optimizer } = given;
  const rule: OptimizerRule = Object.hasOwn(optimizers, optimizer)
    ? optimizers[optimizer]
    : optimizers.adamw;
  const settings = {
    ...defaults,
    ...rule.defaults,
    learningRate: learningRate * rule.learningRateScale,
    ...given,
  } as TrainSettings;
  refuseOptions("train", [
    ...optionMistakes(settings, rules),
    ...contradictions(settings, given),
  ]);
  return given.sync ? { ...settings, sync: syncSettings(given.sync) } : settings;
}

/** What does not go together with snapshots. */
function snapshotMistakes(settings: TrainSettings): Mistake[] {
  const wrong = (["ema", "swa", "sync"] as const).filter((name) => settings[name] !== undefined)
    .map((name) =>
      mistakeOf((nameOf) =>
        `${nameOf("snapshots")} are of the parameters at the end of each cycle, which ${
          nameOf(name)
        } does not keep; use one of them`
      )
    );
  return settings.schedule === "cosine-with-restarts"
    ? wrong
    : [...wrong, optionMistake("snapshots", 'needs the schedule "cosine-with-restarts"')];
}

/** Settings that do not go together, one line each. */
function contradictions(settings: TrainSettings, given: TrainOptions): Mistake[] {
  const wrong = [
    ...optimizerMistakes(settings.optimizer, given),
    ...scheduleMistakes(settings.schedule, given),
  ];
  if (settings.nesterov && settings.momentum === 0) {
    wrong.push(optionMistake("nesterov", "needs a momentum above 0"));
  }
  if (settings.ema !== undefined && settings.swa !== undefined) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("ema")} and ${
          nameOf("swa")
        } are two averages of the same parameters; use one of them`
      ),
    );
  }
  for (const average of ["ema", "swa"] as const) {
    if (!settings.sync || settings[average] === undefined) continue;
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf(average)} would average what one process has between two meetings of ${
          nameOf("sync")
        }; ` +
        "use one of them"
      ),
    );
  }
  if (settings.snapshots !== undefined) wrong.push(...snapshotMistakes(settings));
  for (const name of ["checkpointEvery", "keepCheckpoints"] as const) {
    if (!settings[name] || settings.checkpoints) continue;
    wrong.push(optionMistake(name, "needs a folder in checkpoints"));
  }
  return wrong;
}
