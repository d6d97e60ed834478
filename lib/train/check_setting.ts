/**
 * What each training setting must be.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import type { BatchOrder } from "../data/batches.ts";
import { optimizerNames } from "./optimizers/mod.ts";
import { scheduleNames } from "./schedules/mod.ts";

type Check = [wants: string, fits: (value: number) => boolean];
const whole: Check = [
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value > 0,
];
const positive: Check = ["a number above 0", (value) => Number.isFinite(value) && value > 0];
const notNegative: Check = ["a number from 0", (value) => Number.isFinite(value) && value >= 0];
const share: Check = ["a number in [0, 1)", (value) => value >= 0 && value < 1];
const wholeShare: Check = ["a number in (0, 1]", (value) => value > 0 && value <= 1];

const numbers: Readonly<Record<string, Check>> = {
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
  layerDecay: wholeShare,
  ema: ["a number in (0, 1)", (value) => value > 0 && value < 1],
  labelSmoothing: share,
  focalGamma: notNegative,
  maxTokens: whole,
  seed: ["a whole number", Number.isSafeInteger],
  patience: whole,
  validateEvery: whole,
  checkpointEvery: whole,
  cycles: whole,
  power: positive,
  decayShare: wholeShare,
  finalScale: share,
};
const texts: Readonly<Record<string, readonly string[] | undefined>> = {
  optimizer: optimizerNames,
  schedule: scheduleNames,
  order: ["shuffled", "grouped", "sequential"] satisfies BatchOrder[],
  checkpoints: undefined,
};
const switches: readonly string[] = [
  "cacheFrozen",
  "gradientCheckpointing",
  "keepBest",
  "nesterov",
  "resume",
];

/** Settings of several kinds: what each must be, and whether a value is. */
const others: Readonly<Record<string, [wants: string, fits: (value: unknown) => boolean]>> = {
  packing: [
    'must be "auto", true or false',
    (value) => value === "auto" || typeof value === "boolean",
  ],
  classWeights: [
    'must be "balanced" or a number from 0 for each label',
    (value) =>
      value === "balanced" ||
      isTable(value) && Object.values(value).every((weight) =>
          typeof weight === "number" && notNegative[1](weight)
        ),
  ],
  unfreeze: [
    'must be "gradual" or a share of the steps in (0, 1]',
    (value) => value === "gradual" || typeof value === "number" && wholeShare[1](value),
  ],
  swa: [
    "must be { from } with a number in [0, 1), such as { from: 0.75 }",
    (value) =>
      isTable(value) && Object.keys(value).join() === "from" && typeof value.from === "number" &&
      share[1](value.from),
  ],
};

const known = [...Object.keys({ ...numbers, ...texts, ...others }), ...switches];

/** What a setting should have been, or nothing where it is right. */
export function wantedSetting(name: string, value: unknown): string | undefined {
  if (Object.hasOwn(numbers, name)) {
    const [wants, fits] = numbers[name];
    return typeof value === "number" && fits(value) ? undefined : `must be ${wants}`;
  }
  if (Object.hasOwn(texts, name)) {
    const choices = texts[name];
    if (typeof value !== "string" || value === "") return "must be a text";
    if (!choices || choices.includes(value)) return undefined;
    return `must be ${choices.join(", ")}${didYouMean(value, choices)}`;
  }
  if (switches.includes(name)) {
    return typeof value === "boolean" ? undefined : "must be true or false";
  }
  if (Object.hasOwn(others, name)) {
    const [wants, fits] = others[name];
    return fits(value) ? undefined : wants;
  }
  return `there is no such setting${didYouMean(name, known)}`;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
