/**
 * A ViT that is made anew.
 *
 * @module
 */
import { fourfold, type NewFamily } from "./new_family.ts";
import type { NewModelSettings } from "./new_options.ts";

/** Red, green and blue from -1 to 1, as Google's ViTs have them. */
const middle = [0.5, 0.5, 0.5];

/** Weights from the config's range, patches as tokens. */
export const newVit: NewFamily = {
  modelType: "vit",
  called: "a ViT",
  takes: ["imageSize", "patchSize", "dropout"],
  input: "image",
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  config: (settings) => ({
    architectures: ["ViTModel"],
    model_type: "vit",
    ...encoderFields(settings),
  }),
  preprocessor: ({ imageSize }) => ({
    image_processor_type: "ViTImageProcessor",
    ...squarePixels(imageSize),
    image_mean: middle,
    image_std: middle,
  }),
};

/** Fields of `config.json` that ViT and its relatives share. */
export function encoderFields(settings: NewModelSettings): Record<string, unknown> {
  return {
    image_size: settings.imageSize,
    patch_size: settings.patchSize,
    num_channels: 3,
    hidden_size: settings.hiddenSize,
    num_hidden_layers: settings.layers,
    num_attention_heads: settings.heads,
    intermediate_size: settings.intermediateSize,
    hidden_act: "gelu",
    hidden_dropout_prob: settings.dropout,
    attention_probs_dropout_prob: 0,
    initializer_range: 0.02,
    layer_norm_eps: 1e-12,
    qkv_bias: true,
  };
}

/** Fields of `preprocessor_config.json`: images become squares, whatever their shape. */
export function squarePixels(imageSize: number): Record<string, unknown> {
  return {
    do_resize: true,
    size: { height: imageSize, width: imageSize },
    resample: 2,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
  };
}
