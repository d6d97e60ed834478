/**
 * The learning-rate schedules, as transformers' `get_scheduler` computes them, and the learning rate
 * of a step.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import {
  notNegative,
  positive,
  required,
  type Rules,
  share,
  whole,
  wholeShare,
} from "../../core/option_rules.ts";
import { type Mistake, optionMistake, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { constant } from "./constant.ts";
import { cosine } from "./cosine.ts";
import { cosineWithRestarts } from "./cosine_with_restarts.ts";
import { linear } from "./linear.ts";
import { polynomial } from "./polynomial.ts";
import type { Schedule, ScheduleOptions } from "./schedule.ts";
import { warmupStableDecay } from "./warmup_stable_decay.ts";

/** How the learning rate changes after the warm-up. */
export type ScheduleName =
  | "linear"
  | "cosine"
  | "constant"
  | "cosine-with-restarts"
  | "polynomial"
  | "warmup-stable-decay";

/** Every schedule by the name that a plan gives it. */
const schedules: Readonly<Record<ScheduleName, Schedule>> = {
  linear,
  cosine,
  constant,
  "cosine-with-restarts": cosineWithRestarts,
  polynomial,
  "warmup-stable-decay": warmupStableDecay,
};

/** The schedules by name. */
export const scheduleNames = Object.keys(schedules) as readonly ScheduleName[];

/** What the learning-rate scale of a step depends on. */
export interface ScheduleSteps extends ScheduleOptions {
  readonly totalSteps: number;
  /** The first steps, in which the learning rate rises. */
  readonly warmupSteps: number;
}

/** What the options of schedules must be. */
export const scheduleRules: Rules<ScheduleOptions> = {
  cycles: whole,
  power: positive,
  decayShare: wholeShare,
  finalScale: share,
};
const rules: Rules<ScheduleSteps> = {
  ...scheduleRules,
  totalSteps: required(notNegative),
  warmupSteps: required(notNegative),
};

/**
 * The share of the full learning rate at a step: it rises in a straight line over `warmupSteps` and
 * then follows the schedule to the last step, as transformers' `get_scheduler` has it. A run begins its
 * warm-up a little above 0 (`learningRateAt`).
 *
 * Throws an error of kind "input" for a name that is no schedule's.
 *
 * @param step the step about to be taken, from 0
 *
 * @example
 * ```ts
 * import { learningRateScale } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(learningRateScale("linear", 0, { totalSteps: 100, warmupSteps: 10 }), 0);
 * assert.equal(learningRateScale("linear", 10, { totalSteps: 100, warmupSteps: 10 }), 1);
 * assert.equal(learningRateScale("linear", 55, { totalSteps: 100, warmupSteps: 10 }), 0.5);
 *
 * const squared = { totalSteps: 100, warmupSteps: 0, power: 2 };
 * assert.equal(learningRateScale("polynomial", 50, squared), 0.25);
 * ```
 */
export function learningRateScale(
  name: ScheduleName,
  step: number,
  steps: ScheduleSteps,
): number {
  checkOptions("learningRateScale", steps, rules);
  const { totalSteps, warmupSteps, ...options } = steps;
  const schedule = scheduleNamed(name);
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  const at = {
    done: step - warmupSteps,
    steps: Math.max(1, totalSteps - warmupSteps),
    totalSteps,
  };
  const { finalScale = 0 } = options;
  return schedule.options.includes("finalScale")
    ? finalScale + (1 - finalScale) * schedule.scaleAt(at, options)
    : schedule.scaleAt(at, options);
}

/** What the learning rate of a step depends on. */
export interface ScheduleSettings extends ScheduleOptions {
  /** The largest learning rate. */
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Share of all steps in which the learning rate rises. */
  readonly warmup: number;
  readonly totalSteps: number;
}

/**
 * The learning rate of a step, counted from 0. It is that of transformers but for the first step of a
 * warm-up, whose rate there is 0, so that a run of one step learns nothing: here it is the second step's
 * divided by the number of steps. More than that makes short runs worse: Adam's first update is as large
 * as its rate, however uncertain its direction.
 */
export function learningRateAt(
  { learningRate, schedule, warmup, totalSteps, cycles, power, decayShare, finalScale }:
    ScheduleSettings,
  step: number,
): number {
  const warmupSteps = Math.ceil(warmup * totalSteps);
  const options = { cycles, power, decayShare, finalScale };
  if (step === 0 && warmupSteps > 0) return learningRate / (warmupSteps * totalSteps);
  return learningRate * learningRateScale(schedule, step, { totalSteps, warmupSteps, ...options });
}

/** The given options that the schedule does not read, one line each. */
export function scheduleMistakes(name: ScheduleName, given: ScheduleOptions): Mistake[] {
  if (!Object.hasOwn(schedules, name)) return [];
  const names = ["cycles", "power", "decayShare", "finalScale"] as const;
  return names.filter((option) => given[option] !== undefined).flatMap((option) => {
    if (schedules[name].options.includes(option)) return [];
    const readers = scheduleNames.filter((each) => schedules[each].options.includes(option));
    return [
      optionMistake(option, `says nothing to the schedule ${name}, only to ${readers.join(", ")}`),
    ];
  });
}

function scheduleNamed(name: ScheduleName): Schedule {
  if (Object.hasOwn(schedules, name)) return schedules[name];
  throw new TunebookError(
    "input",
    `there is no schedule "${name}"${didYouMean(name, scheduleNames)}. Schedules: ${
      scheduleNames.join(", ")
    }`,
  );
}
