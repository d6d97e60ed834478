/**
 * UNet2D as diffusers stores it: the convolutional denoiser of DDPM (Ho et al., arXiv 2006.11239), with the
 * variants of ADM (Dhariwal and Nichol, arXiv 2105.05233).
 *
 * @module
 */
import type { Family } from "../nn/family.ts";
import { denoiserHead, denoiserPixels } from "./denoiser.ts";
import { classPath, denoised, unet2dInputs, unet2dLayers } from "./unet2d_body.ts";
import { readUnet2dConfig, type Unet2dConfig } from "./unet2d_config.ts";

/** The names that checkpoints had for attention before diffusers 0.13. */
function olderName(path: string): string[] {
  const older = path
    .replace(
      /\.to_(q|k|v)(?=\.)/,
      (_, name: "q") => `.${{ q: "query", k: "key", v: "value" }[name]}`,
    )
    .replace(/\.to_out\.0(?=\.)/, ".proj_attn");
  return older === path ? [] : [older];
}

/** The UNet2D family. */
export const unet2d: Family<Unet2dConfig> = {
  modelType: "unet2d",
  input: "image",
  takesAnySize: true,
  component: "unet",
  prefix: "",
  readConfig: readUnet2dConfig,
  layers: unet2dLayers,
  inputs: unet2dInputs,
  preprocessor: denoiserPixels,
  ignored: [],
  optional: [],
  storedNames: olderName,
  attentionTargets: ["to_q", "to_k", "to_v", "to_out.0"],
  targetsOf: (config) =>
    unet2dLayers(config).some(({ path }) => path.endsWith(".to_q"))
      ? unet2d.attentionTargets
      : ["conv1", "conv2"],
  features: (net, config, given) => ({ maps: [denoised(net, config, given)] }),
  heads: {
    denoiser: denoiserHead(
      "UNet2DModel",
      ({ classEmbedding, timeSize }, classes) =>
        classEmbedding === "table"
          ? [{ kind: "embedding", path: classPath, rows: classes + 1, width: timeSize }]
          : [],
      ({ classEmbedding }, classes) =>
        classEmbedding === "table" ? { num_class_embeds: classes + 1 } : {},
    ),
  },
};
