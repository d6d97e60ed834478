/**
 * The head of DeepLab v3+ (Chen et al., arXiv 1802.02611) as transformers has it on MobileNetV2: the last map
 * beside its mean.
 *
 * @module
 */
import { tf } from "../engine/mod.ts";
import type { ImageConfig, MapHead } from "../nn/family.ts";
import { normConvLayers } from "./norm_conv.ts";

/** What the head needs of a config. */
export interface DeeplabConfig extends ImageConfig {
  /** Channels of the last map. */
  readonly lastChannels: number;
  readonly headDropout: number;
}

const width = 256;
const epsilon = 1e-5;
const at = "segmentation_head";

/** Scores of the classes of each pixel, at the size of the last map. */
export function deeplabHead<Config extends DeeplabConfig>(
  { className, unread }: Required<Pick<MapHead<Config>, "className" | "unread">>,
): MapHead<Config> {
  return {
    reads: "maps",
    layers: ({ lastChannels }, outputs) => [
      ...normConvLayers(`${at}.conv_pool`, {
        inChannels: lastChannels,
        outChannels: width,
        kernel: 1,
      }),
      ...normConvLayers(`${at}.conv_aspp`, {
        inChannels: lastChannels,
        outChannels: width,
        kernel: 1,
      }),
      ...normConvLayers(`${at}.conv_projection`, {
        inChannels: 2 * width,
        outChannels: width,
        kernel: 1,
      }),
      {
        kind: "conv",
        path: `${at}.classifier.convolution`,
        inChannels: width,
        outChannels: outputs,
        kernel: [1, 1],
      },
    ],
    reusable: /^segmentation_head\.conv_/,
    unread,
    forward(net, { headDropout }, maps) {
      const map = maps.at(-1)!;
      const [batch, , height, width] = map.shape as [number, number, number, number];
      const conv = (name: string, x: typeof map) =>
        tf.relu(net.batchNorm(
          `${at}.${name}.normalization`,
          net.conv(`${at}.${name}.convolution`, x, { bias: false }),
          epsilon,
        ));
      const pooled = conv("conv_pool", tf.mean(map, [2, 3], true));
      const everywhere = tf.add(pooled, tf.zeros([1, 1, height, width]));
      const joined = tf.concat([everywhere, conv("conv_aspp", map)], 1);
      const projected = conv("conv_projection", joined);
      const channels = projected.shape[1]!;
      // Whole channels are left out.
      const rows = net.dropPath(tf.reshape(projected, [-1, height, width]), headDropout);
      const thinned = tf.reshape(rows, [batch, channels, height, width]);
      return net.conv(`${at}.classifier.convolution`, thinned);
    },
    className,
  };
}
