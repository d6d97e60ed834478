/**
 * The settings of sampling as fields of diffusers' schedulers.
 *
 * @module
 */
import { withoutUndefined } from "../../core/objects.ts";
import type { ConfigReader } from "../../nn/config_reader.ts";
import {
  type SamplingSettings,
  type TimestepSpacing,
  timestepSpacings,
} from "./noise_schedule_options.ts";

/** The settings that the fields of a file give; what no field says is left to the samplers. */
export function readSamplingSettings(read: ConfigReader, trainTimesteps: number): SamplingSettings {
  const given = <Value>(field: string, value: () => Value): Value | undefined =>
    read.value(field) === undefined || read.value(field) === null ? undefined : value();
  const flag = (field: string) => given(field, () => read.flag(field, false));
  const settings: SamplingSettings = {
    spacing: given(
      "timestep_spacing",
      () => read.oneOf("timestep_spacing", timestepSpacings, "leading") as TimestepSpacing,
    ),
    stepsOffset: given(
      "steps_offset",
      () => read.index("steps_offset", 0, "num_train_timesteps", trainTimesteps),
    ),
    clipRange: flag("clip_sample") === false
      ? null
      : given("clip_sample_range", () => read.positive("clip_sample_range", 1)),
    variance: given("variance_type", () => varianceOf(read)),
    endsClean: flag("set_alpha_to_one"),
    solverOrder: given("solver_order", () => {
      const order = read.size("solver_order", 2);
      if (order > 2) read.wrong("solver_order", "1 or 2");
      return order as 1 | 2;
    }),
    lowerOrderFinal: flag("lower_order_final"),
    eulerAtFinal: flag("euler_at_final"),
    lambdaMin: given("lambda_min_clipped", () => lambdaMinOf(read)),
    karrasSigmas: flag("use_karras_sigmas") || undefined,
    finalSigma: given(
      "final_sigmas_type",
      () => read.oneOf("final_sigmas_type", ["zero", "sigma_min"], "zero") as "zero",
    ),
  };
  return withoutUndefined(settings);
}

/** diffusers' `fixed_small_log` is the same number as `fixed_small`. */
function varianceOf(read: ConfigReader): SamplingSettings["variance"] {
  const choices = ["fixed_small", "fixed_small_log", "fixed_large"];
  const variance = read.oneOf("variance_type", choices, "fixed_small");
  return variance === "fixed_large" ? variance : "fixed_small";
}

/** diffusers writes that there is no limit as −Infinity. */
function lambdaMinOf(read: ConfigReader): number | undefined {
  const value = read.value("lambda_min_clipped");
  if (value === -Infinity) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  read.wrong("lambda_min_clipped", "a number or -Infinity");
}

/** The fields that settings give; undefined where a setting is left to the samplers. */
export function samplingFields(settings: SamplingSettings): Record<string, unknown> {
  const { clipRange } = settings;
  return {
    timestep_spacing: settings.spacing,
    steps_offset: settings.stepsOffset,
    clip_sample: clipRange === undefined ? undefined : clipRange !== null,
    clip_sample_range: clipRange ?? undefined,
    variance_type: settings.variance,
    set_alpha_to_one: settings.endsClean,
    solver_order: settings.solverOrder,
    lower_order_final: settings.lowerOrderFinal,
    euler_at_final: settings.eulerAtFinal,
    lambda_min_clipped: settings.lambdaMin,
    use_karras_sigmas: settings.karrasSigmas,
    final_sigmas_type: settings.finalSigma,
  };
}
