/**
 * The fields of diffusers' schedulers: what they are unless a file says otherwise, and which of them must
 * stay so.
 *
 * @module
 */
import type { SamplerName } from "./noise_schedule_options.ts";

/** A class of diffusers. */
interface SchedulerFields {
  readonly sampler: SamplerName;
  /** Field → what it is where the file does not say it. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields for what is not there → the only value that they may have. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** Fields without which there is no limit. */
  readonly unlimited?: readonly string[];
}

const training = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: "linear",
  prediction_type: "epsilon",
  rescale_betas_zero_snr: false,
};
const clipped = { clip_sample: true, clip_sample_range: 1 };
const leading = { timestep_spacing: "leading", steps_offset: 0 };
const linspace = { timestep_spacing: "linspace", steps_offset: 0 };
/** Other choices of sigmas than the training's own. */
const ownSigmas = {
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
};

/** The classes that are read and written. */
export const schedulerClasses = {
  DDPMScheduler: {
    sampler: "ddpm",
    defaults: { ...training, ...clipped, ...leading, variance_type: "fixed_small" },
    fixed: { trained_betas: null, thresholding: false },
  },
  DDIMScheduler: {
    sampler: "ddim",
    defaults: { ...training, ...clipped, ...leading, set_alpha_to_one: true },
    fixed: { trained_betas: null, thresholding: false },
  },
  DPMSolverMultistepScheduler: {
    sampler: "dpm-solver",
    defaults: {
      ...training,
      ...linspace,
      solver_order: 2,
      lower_order_final: true,
      euler_at_final: false,
      use_karras_sigmas: false,
      final_sigmas_type: "zero",
      use_flow_sigmas: false,
      flow_shift: 1,
    },
    unlimited: ["lambda_min_clipped"],
    fixed: {
      ...ownSigmas,
      use_lu_lambdas: false,
      trained_betas: null,
      thresholding: false,
      algorithm_type: "dpmsolver++",
      solver_type: "midpoint",
      variance_type: null,
      use_dynamic_shifting: false,
    },
  },
  EulerDiscreteScheduler: {
    sampler: "euler",
    defaults: { ...training, ...linspace, use_karras_sigmas: false, final_sigmas_type: "zero" },
    fixed: {
      ...ownSigmas,
      trained_betas: null,
      interpolation_type: "linear",
      sigma_min: null,
      sigma_max: null,
      timestep_type: "discrete",
    },
  },
  FlowMatchEulerDiscreteScheduler: {
    sampler: "euler",
    defaults: { num_train_timesteps: 1000, shift: 1 },
    fixed: {
      ...ownSigmas,
      use_karras_sigmas: false,
      use_dynamic_shifting: false,
      invert_sigmas: false,
      shift_terminal: null,
      stochastic_sampling: false,
    },
  },
} satisfies Readonly<Record<string, SchedulerFields>>;

/** The name of a class. */
export type SchedulerClass = keyof typeof schedulerClasses;

/** What no class reads while its fixed fields are as they must be, and what only other classes read. */
const idle: readonly string[] = [
  "dynamic_thresholding_ratio",
  "sample_max_value",
  "time_shift_type",
  "base_shift",
  "max_shift",
  "base_image_seq_len",
  "max_image_seq_len",
  "skip_prk_steps",
];

/** Every field that some class of diffusers is known to read. */
const known: ReadonlySet<string> = new Set([
  ...idle,
  ...Object.values<SchedulerFields>(schedulerClasses).flatMap((
    { defaults, fixed, unlimited = [] },
  ) => [...Object.keys(defaults), ...Object.keys(fixed), ...unlimited]),
]);

/** The fields of a file without those that only other classes read, which diffusers passes over. */
export function ownFields(
  json: Readonly<Record<string, unknown>>,
  className: SchedulerClass,
): Record<string, unknown> {
  const { defaults, fixed, unlimited = [] }: SchedulerFields = schedulerClasses[className];
  const own = new Set([...Object.keys(defaults), ...Object.keys(fixed), ...unlimited]);
  return Object.fromEntries(
    Object.entries(json).filter(([field]) => own.has(field) || !known.has(field)),
  );
}

/** What is wrong with fields that are not read for what they say: field → what it must be. */
export function refusedFields(
  json: Readonly<Record<string, unknown>>,
  className: SchedulerClass,
): Map<string, string> {
  const { defaults, fixed }: SchedulerFields = schedulerClasses[className];
  const wrong = new Map<string, string>();
  for (const [field, value] of Object.entries(json)) {
    if (Object.hasOwn(fixed, field)) {
      const only = fixed[field];
      if (value !== only && value !== null) {
        wrong.set(field, `${JSON.stringify(only)}: there is nothing else here`);
      }
    } else if (value === null && Object.hasOwn(defaults, field)) {
      wrong.set(field, "given or left out");
    } else if (!field.startsWith("_") && !known.has(field) && value !== null && value !== false) {
      wrong.set(field, "left out: no scheduler here knows it");
    }
  }
  return wrong;
}
