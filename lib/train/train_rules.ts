/**
 * What each training setting must be.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import {
  integer,
  notNegative,
  oneOf,
  positive,
  type Rule,
  share,
  text,
  whole,
  wholeFrom0,
  wholeShare,
  yesOrNo,
} from "../core/option_rules.ts";
import type { BatchOrder } from "../data/batches.ts";
import { computeOptions } from "./compute_option.ts";
import { optimizerNames } from "./optimizers/mod.ts";
import { scheduleNames, scheduleRules } from "./schedules/mod.ts";
import { syncRule } from "./sync_option.ts";

const packing: Rule = [
  '"auto", true or false',
  (value) => value === "auto" || typeof value === "boolean",
];
const classWeights: Rule = [
  '"balanced" or a number from 0 for each label',
  (value) => value === "balanced" || isRecord(value) && Object.values(value).every(notNegative[1]),
];
const unfreeze: Rule = [
  '"gradual" or a share of the steps in (0, 1]',
  (value) => value === "gradual" || wholeShare[1](value),
];
const swa: Rule = [
  "{ from } with a number in [0, 1), such as { from: 0.75 }",
  (value) => isRecord(value) && Object.keys(value).join() === "from" && share[1](value.from),
];
const decay: Rule = [
  "a number in (0, 1)",
  (value) => typeof value === "number" && value > 0 && value < 1,
];

/** A rule for each setting. */
export const trainRules = {
  epochs: notNegative,
  batchSize: whole,
  accumulate: whole,
  learningRate: positive,
  warmup: share,
  weightDecay: notNegative,
  maxGradientNorm: positive,
  beta1: share,
  beta2: share,
  epsilon: positive,
  momentum: share,
  nesterov: yesOrNo,
  layerDecay: wholeShare,
  ema: decay,
  swa,
  unfreeze,
  sync: syncRule,
  labelSmoothing: share,
  focalGamma: notNegative,
  classWeights,
  maxTokens: whole,
  seed: integer,
  patience: whole,
  validateEvery: whole,
  checkpointEvery: whole,
  ...scheduleRules,
  optimizer: oneOf(optimizerNames),
  schedule: oneOf(scheduleNames),
  order: oneOf(["shuffled", "grouped", "sequential"] satisfies BatchOrder[]),
  packing,
  compute: oneOf(computeOptions),
  cacheFrozen: yesOrNo,
  gradientCheckpointing: yesOrNo,
  keepBest: yesOrNo,
  keepCheckpoints: yesOrNo,
  samples: [
    "a number of held-out inputs from 0, or a list of inputs",
    (value) => Array.isArray(value) || wholeFrom0[1](value),
  ],
  checkpoints: text,
  snapshots: text,
  resume: yesOrNo,
} satisfies Readonly<Record<string, Rule>>;
