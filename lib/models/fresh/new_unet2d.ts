/**
 * A UNet2D that is made anew.
 *
 * @module
 */
import { newScheduler } from "./new_denoiser.ts";
import { fourfold, type NewFamily } from "./new_family.ts";

/** What stands behind a residual begins silent, and so does the output, as in the code of Ho et al. (arXiv 2006.11239). */
const silent = /\.conv2\.|\.to_out\.0\.|^conv_out\./;
/** Channels of each level, of those of the coarsest. */
const levels = [1 / 4, 1 / 2, 1];
const mostGroups = 32;

/** Layers that begin as PyTorch's, and branches that add nothing at first; the pixels of the coarsest level attend. */
export const newUnet2d: NewFamily = {
  modelType: "unet2d",
  called: "a UNet2D",
  takes: ["imageSize", "prediction", "dropout"],
  input: "image",
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  imageMultiple: 2 ** (levels.length - 1),
  // The finest level has waves of the time, which are pairs.
  hiddenMultiple: 2 / levels[0],
  config: ({ hiddenSize, heads, layers, imageSize, dropout }) => {
    const channels = levels.map((share) => share * hiddenSize);
    return {
      _class_name: "UNet2DModel",
      in_channels: 3,
      out_channels: 3,
      sample_size: imageSize,
      block_out_channels: channels,
      layers_per_block: layers,
      attention_head_dim: hiddenSize / heads,
      norm_num_groups: commonDivisor(mostGroups, channels[0]),
      down_block_types: ["DownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
      up_block_types: ["AttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
      dropout,
      // A row for no class; the task adds those of its labels.
      num_class_embeds: 1,
    };
  },
  scheduler: newScheduler,
  deviationOf(path, _config, [, ...inputs]) {
    if (silent.test(path)) return 0;
    // That of PyTorch's uniform distribution up to 1 / √inputs.
    return (3 * inputs.reduce((product, size) => product * size, 1)) ** -0.5;
  },
};

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
