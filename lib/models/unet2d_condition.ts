/**
 * UNet2D that reads captions, as diffusers stores it (`UNet2DConditionModel`): the denoiser of Stable Diffusion
 * (Rombach et al., arXiv 2112.10752). A text encoder beside it makes hidden states of a caption.
 *
 * @module
 */
import type { Family } from "../nn/family.ts";
import { denoiserHead, denoiserPixels } from "./denoiser.ts";
import { denoised, unet2dInputs, unet2dLayers } from "./unet2d_body.ts";
import { readUnet2dConditionConfig } from "./unet2d_condition_config.ts";
import type { Unet2dConfig } from "./unet2d_config.ts";

/** The family of UNet2D that reads captions. */
export const unet2dCondition: Family<Unet2dConfig> = {
  modelType: "unet2d_condition",
  input: "image",
  takesAnySize: true,
  component: "unet",
  prefix: "",
  readConfig: readUnet2dConditionConfig,
  layers: unet2dLayers,
  inputs: unet2dInputs,
  preprocessor: denoiserPixels,
  ignored: [],
  optional: [],
  attentionTargets: ["to_q", "to_k", "to_v", "to_out.0"],
  features: (net, config, given) => ({ maps: [denoised(net, config, given)] }),
  heads: { denoiser: denoiserHead("UNet2DConditionModel", () => [], () => ({})) },
};
