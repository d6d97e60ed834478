/**
 * A YOLOS that is made anew.
 *
 * @module
 */
import { fourfold, type NewFamily } from "./new_family.ts";
import { encoderFields, squarePixels } from "./new_vit.ts";

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
};
