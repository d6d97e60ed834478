/**
 * Noise schedules as diffusers keeps them, in `scheduler_config.json`.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type ConfigReader, configReader } from "../../nn/config_reader.ts";
import { type BetaSchedule, betaSchedules, defaultBetas } from "./noise_scales.ts";
import { type NoiseSchedule, noiseSchedule } from "./noise_schedule.ts";
import type { NoiseScheduleOptions, PredictionType } from "./noise_schedule_options.ts";
import { readSamplingSettings, samplingFields } from "./sampling_fields.ts";
import {
  ownFields,
  refusedFields,
  type SchedulerClass,
  schedulerClasses,
} from "./scheduler_fields.ts";

/** What a diffusion's model may predict. */
const predictions: readonly PredictionType[] = ["epsilon", "v_prediction", "sample"];
/** diffusers' word for what a flow's model predicts. */
const flowPrediction = "flow_prediction";

/**
 * Reads what a `scheduler_config.json` of diffusers says. `_class_name` is DDPMScheduler, DDIMScheduler,
 * DPMSolverMultistepScheduler, EulerDiscreteScheduler or FlowMatchEulerDiscreteScheduler.
 *
 * Throws one error of kind "weights" with every field that is wrong or that asks for what is not there,
 * such as `use_beta_sigmas`. Fields that only other classes read are passed over, as diffusers does.
 *
 * @param json the file's fields
 * @param file what errors call it
 *
 * @example
 * ```ts
 * import { readNoiseSchedule, writeNoiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const schedule = readNoiseSchedule({
 *   _class_name: "DDIMScheduler",
 *   beta_schedule: "squaredcos_cap_v2",
 *   clip_sample: false,
 * });
 * assert.equal(schedule.sampler, "ddim");
 * assert.equal(schedule.options.sampling?.clipRange, null);
 * assert.equal(writeNoiseSchedule(schedule).clip_sample, false);
 * ```
 */
export function readNoiseSchedule(
  json: Readonly<Record<string, unknown>>,
  file = "scheduler_config.json",
): NoiseSchedule {
  const className = classOf(json, file);
  const { defaults, sampler } = schedulerClasses[className];
  const own = ownFields(json, className);
  const read = configReader(own, file);
  for (const [field, wants] of refusedFields(own, className)) read.wrong(field, wants);
  const trainTimesteps = read.size("num_train_timesteps", defaults.num_train_timesteps);
  if (trainTimesteps === 1) read.wrong("num_train_timesteps", "above 1");
  const isFlow = className === "FlowMatchEulerDiscreteScheduler" ||
    read.flag("use_flow_sigmas", false);
  const sampling = readSamplingSettings(read, trainTimesteps);
  if (isFlow && sampling.karrasSigmas) read.wrong("use_karras_sigmas", "false for a flow");
  const options: NoiseScheduleOptions = {
    sampler,
    trainTimesteps,
    ...isFlow ? flowOptions(read, className) : diffusionOptions(read),
    ...Object.keys(sampling).length > 0 ? { sampling } : {},
  };
  read.finish();
  return noiseSchedule(options);
}

function classOf(json: Readonly<Record<string, unknown>>, file: string): SchedulerClass {
  const { _class_name: name } = json;
  if (typeof name === "string" && Object.hasOwn(schedulerClasses, name)) {
    return name as SchedulerClass;
  }
  throw new TunebookError(
    "weights",
    `${file}: _class_name is ${shownValue(name)}, but must be one of ` +
      Object.keys(schedulerClasses).join(", "),
  );
}

function flowOptions(read: ConfigReader, className: SchedulerClass): NoiseScheduleOptions {
  if (className === "FlowMatchEulerDiscreteScheduler") {
    return { kind: "flow", shift: read.positive("shift", 1) };
  }
  // The class predicts noise unless a file says otherwise.
  if (read.value("prediction_type") !== flowPrediction) {
    read.wrong("prediction_type", `"${flowPrediction}" where use_flow_sigmas is true`);
  }
  return { kind: "flow", shift: read.positive("flow_shift", 1) };
}

function diffusionOptions(read: ConfigReader): NoiseScheduleOptions {
  const beta = (field: string, fallback: number) => {
    const value = read.positive(field, fallback);
    if (value >= 1) read.wrong(field, "a number above 0 and below 1");
    return value;
  };
  const options: NoiseScheduleOptions = {
    kind: "diffusion",
    prediction: read.oneOf("prediction_type", predictions, "epsilon") as PredictionType,
    betaSchedule: read.oneOf("beta_schedule", betaSchedules, "linear") as BetaSchedule,
    betaStart: beta("beta_start", defaultBetas.start),
    betaEnd: beta("beta_end", defaultBetas.end),
    zeroTerminalSnr: read.flag("rescale_betas_zero_snr", false),
  };
  if (options.zeroTerminalSnr && options.prediction === "epsilon") {
    read.wrong(
      "rescale_betas_zero_snr",
      "false where prediction_type is epsilon: the last step has nothing of the image",
    );
  }
  return options;
}

/**
 * The fields of a `scheduler_config.json` of diffusers: the class of the schedule's sampler with every
 * field that decides something. Settings of sampling that this class does not read are left out.
 *
 * @example
 * ```ts
 * import { noiseSchedule, writeNoiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const fields = writeNoiseSchedule(noiseSchedule({ kind: "flow", shift: 3 }));
 * assert.equal(fields._class_name, "FlowMatchEulerDiscreteScheduler");
 * assert.equal(fields.shift, 3);
 * ```
 */
export function writeNoiseSchedule(schedule: NoiseSchedule): Record<string, unknown> {
  const className = classFor(schedule);
  const { defaults, fixed } = schedulerClasses[className];
  const { options, trainTimesteps, prediction, kind } = schedule;
  const isFlow = kind === "flow";
  const said: Readonly<Record<string, unknown>> = {
    num_train_timesteps: trainTimesteps,
    prediction_type: isFlow ? flowPrediction : prediction,
    beta_schedule: options.betaSchedule,
    beta_start: options.betaStart,
    beta_end: options.betaEnd,
    rescale_betas_zero_snr: options.zeroTerminalSnr,
    shift: options.shift,
    flow_shift: options.shift,
    use_flow_sigmas: isFlow,
    ...samplingFields(options.sampling ?? {}),
  };
  const fields = Object.entries(defaults).map(([field, value]) => [field, said[field] ?? value]);
  const limit = className === "DPMSolverMultistepScheduler" && options.sampling?.lambdaMin;
  return {
    _class_name: className,
    ...Object.fromEntries(fields),
    ...fixed,
    ...typeof limit === "number" ? { lambda_min_clipped: limit } : {},
  };
}

/** The class of a schedule's sampler. */
function classFor({ kind, sampler }: NoiseSchedule): SchedulerClass {
  if (kind === "flow" && sampler === "euler") return "FlowMatchEulerDiscreteScheduler";
  const classes = Object.keys(schedulerClasses) as SchedulerClass[];
  return classes.find((name) => schedulerClasses[name].sampler === sampler)!;
}
