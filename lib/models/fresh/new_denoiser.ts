/**
 * How noise is added to the images of a denoiser that is made anew.
 *
 * @module
 */
import type { NewModelSettings } from "./new_options.ts";

/** How noise is added in diffusion; what is predicted is left to the options. */
const diffusion = {
  _class_name: "DDIMScheduler",
  num_train_timesteps: 1000,
  beta_schedule: "squaredcos_cap_v2",
  clip_sample: true,
};

/** `scheduler_config.json` of a new denoiser, by what it predicts. */
export function newScheduler({ prediction }: NewModelSettings): Readonly<Record<string, unknown>> {
  return prediction === "flow"
    ? { _class_name: "FlowMatchEulerDiscreteScheduler", num_train_timesteps: 1000, shift: 1 }
    : { ...diffusion, prediction_type: prediction };
}
