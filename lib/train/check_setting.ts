/**
 * What each training setting must be.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import type { BatchOrder } from "../data/batches.ts";
import { scheduleNames } from "./schedules/mod.ts";

type Check = [wants: string, fits: (value: number) => boolean];
const whole: Check = [
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value > 0,
];
const positive: Check = ["a number above 0", (value) => Number.isFinite(value) && value > 0];
const notNegative: Check = ["a number from 0", (value) => Number.isFinite(value) && value >= 0];
const share: Check = ["a number in [0, 1)", (value) => value >= 0 && value < 1];

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
  labelSmoothing: share,
  focalGamma: notNegative,
  maxTokens: whole,
  seed: ["a whole number", Number.isSafeInteger],
  patience: whole,
  validateEvery: whole,
  checkpointEvery: whole,
  cycles: whole,
  power: positive,
  decayShare: ["a number in (0, 1]", (value) => value > 0 && value <= 1],
  finalScale: share,
};
const texts: Readonly<Record<string, readonly string[] | undefined>> = {
  schedule: scheduleNames,
  order: ["shuffled", "grouped", "sequential"] satisfies BatchOrder[],
  checkpoints: undefined,
};
const switches: readonly string[] = ["cacheFrozen", "gradientCheckpointing", "keepBest", "resume"];
const known = [...Object.keys({ ...numbers, ...texts }), ...switches, "packing", "classWeights"];

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
  if (name === "packing") {
    return value === "auto" || typeof value === "boolean"
      ? undefined
      : 'must be "auto", true or false';
  }
  if (name !== "classWeights") return `there is no such setting${didYouMean(name, known)}`;
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((weight) => Number.isFinite(weight) && weight >= 0);
  return value === "balanced" || isTable
    ? undefined
    : 'must be "balanced" or a number from 0 for each label';
}
