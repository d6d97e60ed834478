/**
 * The options of a noise schedule, and what they must be.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import {
  finiteNumber,
  oneOf,
  positive,
  record,
  type Rule,
  type Rules,
  whole,
  wholeFrom0,
  yesOrNo,
} from "../../core/option_rules.ts";
import { type BetaOptions, betaSchedules } from "./noise_scales.ts";

/**
 * What a denoiser predicts: the noise, the velocity of Salimans and Ho (arXiv 2202.00512), the clean
 * image, or the direction from the clean image to the noise.
 */
export type PredictionType = "epsilon" | "v_prediction" | "sample" | "flow";

/** How images are sampled from a denoiser. */
export type SamplerName = "ddpm" | "ddim" | "dpm-solver" | "euler";

/** How steps of sampling are chosen among those of the training (Lin et al., table 2). */
export type TimestepSpacing = "linspace" | "leading" | "trailing";

/** The names of `TimestepSpacing`. */
export const timestepSpacings: readonly TimestepSpacing[] = ["linspace", "leading", "trailing"];

/**
 * What samplers read, by diffusers' names in brackets. A sampler has diffusers' own defaults for what is
 * not given, and does not read what is not for it.
 */
export interface SamplingSettings {
  /**
   * `linspace` from the last step to the first, `leading` from the first upwards, or `trailing` from the
   * last downwards [timestep_spacing]. Default `leading` for ddpm and ddim, `linspace` for dpm-solver and
   * euler.
   */
  readonly spacing?: TimestepSpacing;
  /** What is added to steps that are leading [steps_offset]. Default 0. */
  readonly stepsOffset?: number;
  /**
   * ddpm and ddim keep predicted clean images within ± this; null for no limit [clip_sample,
   * clip_sample_range]. Default 1.
   */
  readonly clipRange?: number | null;
  /** The variance of the noise that ddpm adds [variance_type]. Default `fixed_small`. */
  readonly variance?: "fixed_small" | "fixed_large";
  /** Whether the last step of ddim ends without noise [set_alpha_to_one]. Default true. */
  readonly endsClean?: boolean;
  /** The order of dpm-solver [solver_order]. Default 2. */
  readonly solverOrder?: 1 | 2;
  /** Whether dpm-solver ends with a step of order 1 where it has less than 15 [lower_order_final]. Default true. */
  readonly lowerOrderFinal?: boolean;
  /** Whether dpm-solver always ends with a step of order 1 [euler_at_final]. Default false. */
  readonly eulerAtFinal?: boolean;
  /**
   * dpm-solver begins at a step whose logarithm of signal over noise is at least this
   * [lambda_min_clipped]. Default: no limit.
   */
  readonly lambdaMin?: number;
  /**
   * Whether dpm-solver and euler choose their noise by Karras et al. (arXiv 2206.00364), in closer steps where there is
   * little [use_karras_sigmas]. Default false.
   */
  readonly karrasSigmas?: boolean;
  /** The noise that dpm-solver and euler end with [final_sigmas_type]. Default `zero`. */
  readonly finalSigma?: "zero" | "sigma_min";
}

/** How noise is added, what is predicted and how images are sampled. */
export interface NoiseScheduleOptions extends BetaOptions {
  /** Diffusion, or flow matching along straight lines. Default `diffusion`. */
  readonly kind?: "diffusion" | "flow";
  /** What a diffusion's model predicts; a flow's predicts the flow. Default `epsilon`. */
  readonly prediction?: PredictionType;
  /** Steps of the training. Default 1000. */
  readonly trainTimesteps?: number;
  /** How far a flow's steps are moved towards noise; 1 moves none. Default 1. */
  readonly shift?: number;
  /** What samples unless another sampler is asked for. Default `ddim`, for a flow `euler`. */
  readonly sampler?: SamplerName;
  readonly sampling?: SamplingSettings;
}

/** The samplers of each kind. */
export const samplersOf: Readonly<Record<"diffusion" | "flow", readonly SamplerName[]>> = {
  diffusion: ["ddpm", "ddim", "dpm-solver", "euler"],
  flow: ["euler", "dpm-solver"],
};
const predictions: readonly PredictionType[] = ["epsilon", "v_prediction", "sample", "flow"];
/** The betas of a diffusion. */
const beta: Rule = [
  "a number above 0 and below 1",
  (value) => typeof value === "number" && value > 0 && value < 1,
];

const rules: Rules<NoiseScheduleOptions> = {
  kind: oneOf(["diffusion", "flow"]),
  prediction: oneOf(predictions),
  trainTimesteps: [
    "a whole number above 1",
    (value) => whole[1](value) && value !== 1,
  ],
  betaSchedule: oneOf(betaSchedules),
  betaStart: beta,
  betaEnd: beta,
  zeroTerminalSnr: yesOrNo,
  shift: positive,
  sampler: oneOf(samplersOf.diffusion),
  sampling: record,
};

const samplingRules: Rules<SamplingSettings> = {
  spacing: oneOf(timestepSpacings),
  stepsOffset: wholeFrom0,
  clipRange: ["a number above 0, or null", (value) => value === null || positive[1](value)],
  variance: oneOf(["fixed_small", "fixed_large"]),
  endsClean: yesOrNo,
  solverOrder: ["1 or 2", (value) => value === 1 || value === 2],
  lowerOrderFinal: yesOrNo,
  eulerAtFinal: yesOrNo,
  lambdaMin: finiteNumber,
  karrasSigmas: yesOrNo,
  finalSigma: oneOf(["zero", "sigma_min"]),
};

const diffusionAlone = ["betaSchedule", "betaStart", "betaEnd", "zeroTerminalSnr"] as const;

/** Throws an error of kind "input" with every option that makes no sense. */
export function checkNoiseScheduleOptions(options: NoiseScheduleOptions): void {
  checkOptions("noiseSchedule", options, rules, () => contradictions(options));
  checkOptions("sampling", options.sampling ?? {}, samplingRules);
}

/** Options that make no sense together. */
function contradictions(options: NoiseScheduleOptions): Mistake[] {
  const { kind = "diffusion", prediction, shift, sampler, zeroTerminalSnr } = options;
  const isFlow = kind === "flow";
  const wrong: Mistake[] = [];
  const complain = (option: string, words: string) => wrong.push(optionMistake(option, words));
  if (isFlow) {
    for (const option of diffusionAlone) {
      if (options[option] !== undefined) complain(option, "is for diffusion; a flow has none");
    }
  }
  if (!isFlow && shift !== undefined) complain("shift", 'is for a flow; give kind: "flow"');
  if (isFlow && options.sampling?.karrasSigmas) {
    complain("sampling", "asks for karrasSigmas, which are for diffusion");
  }
  if (prediction !== undefined && (prediction === "flow") !== isFlow) {
    complain("prediction", `is ${prediction}, which a model of kind ${kind} cannot predict`);
  }
  if (zeroTerminalSnr && (prediction ?? "epsilon") === "epsilon" && !isFlow) {
    complain(
      "zeroTerminalSnr",
      "leaves nothing of the image in the last step, so that the noise tells nothing of it; " +
        'give prediction: "v_prediction"',
    );
  }
  if (sampler !== undefined && kind in samplersOf && !samplersOf[kind].includes(sampler)) {
    complain(
      "sampler",
      `is ${sampler}, but a ${kind} is sampled by ${samplersOf[kind].join(", ")}`,
    );
  }
  return wrong;
}
