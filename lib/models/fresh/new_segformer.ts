/**
 * A SegFormer that is made anew.
 *
 * @module
 */
import { fourfold, type NewFamily } from "./new_family.ts";
import { squarePixels } from "./new_vit.ts";

/** Sizes of ImageNet's colours, as NVIDIA's SegFormers have them. */
const [mean, deviation] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];

/** The stages of b0 by their share of the largest one: 32, 64, 160 and 256 of 256, 1, 2, 5 and 8 heads of 8. */
const stages = 4;
const shares = [1 / 8, 1 / 4, 5 / 8, 1];

/**
 * Weights from the config's range. `hiddenSize` is the width of the last stage, `heads` are its heads, and
 * `layers` are the blocks of each stage; the stages before have the shares of SegFormer-b0.
 */
export const newSegformer: NewFamily = {
  modelType: "segformer",
  called: "a SegFormer",
  takes: ["imageSize", "dropout"],
  input: "image",
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  config: ({ hiddenSize, heads, layers, imageSize, dropout, intermediateSize }) => {
    const numHeads = shares.map((share) => Math.max(1, Math.round(heads * share)));
    return {
      architectures: ["SegformerModel"],
      model_type: "segformer",
      image_size: imageSize,
      num_channels: 3,
      num_encoder_blocks: stages,
      depths: Array(stages).fill(layers),
      sr_ratios: [8, 4, 2, 1],
      hidden_sizes: shares.map((share, i) => widthOf(hiddenSize * share, numHeads[i])),
      patch_sizes: [7, 3, 3, 3],
      strides: [4, 2, 2, 2],
      num_attention_heads: numHeads,
      mlp_ratios: Array(stages).fill(Math.max(1, Math.round(intermediateSize / hiddenSize))),
      hidden_act: "gelu",
      hidden_dropout_prob: dropout,
      attention_probs_dropout_prob: 0,
      classifier_dropout_prob: dropout,
      initializer_range: 0.02,
      drop_path_rate: 0,
      layer_norm_eps: 1e-6,
      decoder_hidden_size: hiddenSize,
      reshape_last_stage: true,
    };
  },
  preprocessor: ({ imageSize }) => ({
    image_processor_type: "SegformerImageProcessor",
    ...squarePixels(imageSize),
    image_mean: mean,
    image_std: deviation,
    do_reduce_labels: false,
  }),
};

/** The nearest width that the heads divide. */
function widthOf(width: number, heads: number): number {
  return Math.max(1, Math.round(width / heads)) * heads;
}
