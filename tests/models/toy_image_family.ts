/**
 * A family of one's own whose input is an image: one linear layer over all pixels. It is this file and
 * nothing else.
 *
 * @module
 */
import { type Family, type ModelConfig, tf } from "tunebook";

/** The sizes of the model. */
export interface ToyImageConfig extends ModelConfig {
  /** Pixels on a side. */
  readonly side: number;
}

/** The family. */
export const toyImageFamily: Family<ToyImageConfig> = {
  modelType: "toy_image",
  input: "image",
  prefix: "body",
  readConfig: (json) => ({
    side: Number(json.image_size),
    hiddenSize: Number(json.hidden_size),
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    initializerRange: 0.02,
  }),
  layers: ({ side, hiddenSize }) => [
    { kind: "linear", path: "pixels", inFeatures: side * side, outFeatures: hiddenSize },
  ],
  inputs: ({ side }) => ({
    pixel_values: { role: "feed", type: "float32", shape: ["batch", side, side, 1] },
  }),
  ignored: [],
  optional: [],
  attentionTargets: ["pixels"],
  features(net, { side }, { pixel_values }) {
    const flat = tf.reshape(pixel_values, [-1, side * side]);
    return { pooled: tf.tanh(net.linear("pixels", flat)) };
  },
  heads: {
    classification: {
      reads: "pooled",
      layers: (
        { hiddenSize },
        outputs,
      ) => [{ kind: "linear", path: "classifier", inFeatures: hiddenSize, outFeatures: outputs }],
      forward: (net, _config, pooled) => net.linear("classifier", pooled),
      className: "ToyImageForImageClassification",
    },
  },
};
