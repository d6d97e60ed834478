/**
 * What the families of denoisers share: they take a noisy image with its time and its class, and give what the
 * noise schedule says that they predict.
 *
 * @module
 */
import type { InputSpec } from "../engine/mod.ts";
import type { ImageConfig, MapHead } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";

/**
 * The inputs of a denoiser, as diffusers calls them: `sample` [batch, channels, height, width], `timestep`
 * [batch] and `class_labels` [batch].
 */
export function denoiserInputs({ channels, imageSize }: ImageConfig): Record<string, InputSpec> {
  return {
    sample: { role: "feed", type: "float32", shape: ["batch", channels, ...imageSize] },
    timestep: { role: "feed", type: "float32", shape: ["batch"] },
    class_labels: { role: "feed", type: "int32", shape: ["batch"], exportType: "int64" },
  };
}

/**
 * The head of a denoiser: what the body gives is the answer, and the head's own layers are the classes, which the
 * body looks up. They are trained where the data has others than the checkpoint.
 *
 * @param layers the tables of so many classes, each with one row more for no class
 * @param sizeFields what `config.json` says of so many classes
 */
export function denoiserHead<Config extends ImageConfig>(
  className: string,
  layers: (config: Config, classes: number) => Layer[],
  sizeFields: (config: Config, classes: number) => Readonly<Record<string, unknown>>,
): MapHead<Config> {
  return {
    reads: "maps",
    layers,
    sizeFields,
    isTrainedIfNew: true,
    mapSize: ({ imageSize }) => imageSize,
    forward: (_net, _config, [map]) => map,
    className,
  };
}

/** Images become squares of the model's size with numbers from -1 to 1, as diffusers' training scripts make them. */
export function denoiserPixels(
  { imageSize: [height, width] }: ImageConfig,
): Record<string, unknown> {
  return {
    image_processor_type: "ViTImageProcessor",
    do_resize: true,
    size: { height, width },
    resample: 3,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };
}
