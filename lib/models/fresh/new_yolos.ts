/**
 * A YOLOS that is made anew.
 *
 * @module
 */
import { fourfold, type NewFamily } from "./new_family.ts";
import { encoderFields, squarePixels } from "./new_vit.ts";

/**
 * The deviation of positions and queries. With the config's range, 0.02, they drown in the patches, and a model
 * that learns from nothing knows for a long time what is in an image and not where.
 */
const placeDeviation = 0.5;

/** Weights from the config's range; images are squares, so that objects may change their shape with them. */
export const newYolos: NewFamily = {
  modelType: "yolos",
  called: "a YOLOS",
  takes: ["imageSize", "patchSize", "queries", "dropout"],
  input: "image",
  readsPairs: false,
  rotates: false,
  feedForwardSize: fourfold,
  config: (settings) => ({
    architectures: ["YolosModel"],
    model_type: "yolos",
    ...encoderFields(settings),
    num_detection_tokens: settings.queries,
    use_mid_position_embeddings: true,
  }),
  preprocessor: ({ imageSize }) => ({
    image_processor_type: "YolosImageProcessor",
    ...squarePixels(imageSize),
    // ImageNet's, as all YOLOS have them.
    image_mean: [0.485, 0.456, 0.406],
    image_std: [0.229, 0.224, 0.225],
    do_pad: false,
  }),
  deviationOf: (path, { initializerRange }) =>
    /position_embeddings|detection_tokens/.test(path) ? placeDeviation : initializerRange,
};
