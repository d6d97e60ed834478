/**
 * A DiT that is made anew.
 *
 * @module
 */
import { newScheduler } from "./new_denoiser.ts";
import { fourfold, type NewFamily } from "./new_family.ts";

/** Blocks begin as if they were not there, and so does the output (adaLN-Zero, arXiv 2212.09748, section 3.2). */
const silent = /\.norm1\.linear\.|^proj_out_/;
/** What reads times begins small, as in the paper's code. */
const ofTimes = /\.timestep_embedder\./;
const ofTimesDeviation = 0.02;

/** Linears so that what they give is as large as what they read, as Xavier's, and blocks that add nothing at first. */
export const newDit: NewFamily = {
  modelType: "dit",
  called: "a DiT",
  takes: ["imageSize", "patchSize", "prediction", "dropout"],
  input: "image",
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  config: ({ hiddenSize, heads, layers, imageSize, patchSize, dropout }) => ({
    _class_name: "DiTTransformer2DModel",
    num_attention_heads: heads,
    attention_head_dim: hiddenSize / heads,
    in_channels: 3,
    num_layers: layers,
    dropout,
    sample_size: imageSize,
    patch_size: patchSize,
    activation_fn: "gelu",
    norm_type: "ada_norm_zero",
  }),
  scheduler: newScheduler,
  deviationOf(path, { hiddenSize }) {
    if (silent.test(path)) return 0;
    return ofTimes.test(path) ? ofTimesDeviation : hiddenSize ** -0.5;
  },
};
